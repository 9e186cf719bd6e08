#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace session::gateway {

// Where the next page of a list begins, as a client gets it and gives it back: text that means nothing to
// anybody else, and goes into a query as it is. It tells a cursor of another list, or one that was cut or
// mistyped, from a right one. It is no signature: whoever makes up a cursor gets another page of the list.
[[nodiscard]] std::string page_cursor(std::string_view list, std::string_view position);
// nullopt: this is no cursor of that list.
[[nodiscard]] std::optional<std::string> position_of(std::string_view list, std::string_view cursor);

}  // namespace session::gateway
