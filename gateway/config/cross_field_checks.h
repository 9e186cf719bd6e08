#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/config/reader.h"

namespace session::gateway {

// What goes well by itself and not together. Gathered first and reported at the end, so that one
// contradiction of a key does not hide another. A key that has a problem already contradicts nothing.
class CrossFieldChecks {
 public:
  CrossFieldChecks() = default;
  CrossFieldChecks(const CrossFieldChecks&) = delete;
  CrossFieldChecks& operator=(const CrossFieldChecks&) = delete;

  // `blamed` does not go with `other`. One of them may be a default: the line is that of one the file has.
  void add(const Field& blamed, const Field& other, std::string text) {
    if (!blamed.clean() || !other.clean()) return;
    const bool elsewhere = !blamed.given() && other.given();
    found_.emplace_back(blamed,
                        Problem{elsewhere ? other.line() : blamed.line(), blamed.key(), std::move(text)});
  }
  // `blamed` can't be like that.
  void add(const Field& blamed, std::string text) { add(blamed, blamed, std::move(text)); }

  // Once all have been looked for.
  void report() const {
    for (const auto& [field, problem] : found_) field.context().add(problem);
  }

 private:
  std::vector<std::pair<Field, Problem>> found_;
};

// What a message says after a value that the file does not hold.
[[nodiscard]] inline std::string of_default(const Field& field) {
  return field.given() ? "" : ", its default";
}

}  // namespace session::gateway
