#pragma once

#include <cstring>
#include <memory>
#include <string_view>

namespace session {

// An immutable byte string that is shared, not copied: what a store holds and hands out.
// Copies are cheap (one reference count); any thread may hold one. Header and bytes are one allocation.
class Bytes {
 public:
  Bytes() = default;
  explicit Bytes(std::string_view bytes) : size_(bytes.size()) {
    auto copy = std::make_shared_for_overwrite<char[]>(bytes.size());
    if (!bytes.empty()) std::memcpy(copy.get(), bytes.data(), bytes.size());
    data_ = std::move(copy);
  }

  [[nodiscard]] std::string_view view() const noexcept { return {data_.get(), size_}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  // Equal bytes. Two handles to the same allocation compare without reading it.
  friend bool operator==(const Bytes& a, const Bytes& b) noexcept {
    return (a.data_ == b.data_ && a.size_ == b.size_) || a.view() == b.view();
  }

 private:
  std::shared_ptr<const char[]> data_;
  std::size_t size_ = 0;
};

}  // namespace session
