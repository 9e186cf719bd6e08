#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/config/reader.h"

namespace session::gateway {

// Collects settings that are valid alone but contradict each other, and reports them at the end, so that one
// contradiction of a key does not hide another. Ignores keys that already have a problem.
class CrossFieldChecks {
 public:
  CrossFieldChecks() = default;
  CrossFieldChecks(const CrossFieldChecks&) = delete;
  CrossFieldChecks& operator=(const CrossFieldChecks&) = delete;

  // `blamed` contradicts `other`. One of them may be a default: the problem has the line of the other then.
  void add(const Field& blamed, const Field& other, std::string text) {
    if (!blamed.clean() || !other.clean()) return;
    const bool elsewhere = !blamed.given() && other.given();
    found_.emplace_back(blamed,
                        Problem{elsewhere ? other.line() : blamed.line(), blamed.key(), std::move(text)});
  }
  // The value of `blamed` is not possible here.
  void add(const Field& blamed, std::string text) { add(blamed, blamed, std::move(text)); }

  // Call once, after all checks.
  void report() const {
    for (const auto& [field, problem] : found_) field.context().add(problem);
  }

 private:
  std::vector<std::pair<Field, Problem>> found_;
};

// The end of a message about a value that is not in the file.
[[nodiscard]] inline std::string of_default(const Field& field) {
  return field.given() ? "" : ", its default";
}

}  // namespace session::gateway
