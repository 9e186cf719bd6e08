#pragma once

#include <memory>
#include <optional>
#include <utility>

namespace session {

// A T on the heap, or none: a std::optional that costs one pointer to move. For large values that go through
// several coroutines, each of which moves its result twice.
template <class T>
class Boxed {
 public:
  Boxed() = default;
  Boxed(std::nullopt_t) {}  // NOLINT(google-explicit-constructor): as std::optional has it
  Boxed(T value) : value_(std::make_unique<T>(std::move(value))) {}  // NOLINT(google-explicit-constructor)
  explicit Boxed(std::unique_ptr<T> value) : value_(std::move(value)) {}

  [[nodiscard]] bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  // REQUIRES: has_value().
  T& operator*() const { return *value_; }
  T* operator->() const { return value_.get(); }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace session
