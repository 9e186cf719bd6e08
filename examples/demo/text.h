#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace session::demo {

// Returns the bytes that a percent-encoded text stands for. What is not an encoding stays.
[[nodiscard]] std::string percent_decoded(std::string_view text);

// Returns how many characters a UTF-8 text has.
[[nodiscard]] std::size_t characters(std::string_view text);

// Returns a field of a form (application/x-www-form-urlencoded) or of a query; nullopt: there is none.
[[nodiscard]] std::optional<std::string> form_field(std::string_view form, std::string_view name);

// Returns a page of this site to go to after the login: `text`, or /account where that leads elsewhere.
[[nodiscard]] std::string safe_target(std::string_view text);

// Text that is HTML already, because a function here has escaped it.
struct Html {
  std::string text;
};
[[nodiscard]] Html escaped(std::string_view text);

}  // namespace session::demo
