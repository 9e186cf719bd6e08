#pragma once

#include <string>
#include <string_view>

namespace session {

// Secret bytes: a key, a salt, a password. A Secret can't be printed or compared by accident (it has no
// operator<< and no operator==), and its destructor wipes the bytes. `reveal` marks every place that uses the
// value.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value);
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret other) noexcept;
  ~Secret();

  [[nodiscard]] std::string_view reveal() const noexcept { return value_; }
  [[nodiscard]] std::size_t size() const noexcept { return value_.size(); }
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

 private:
  std::string value_;
};

// Whether two byte strings are equal, in time that depends on their lengths only.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace session
