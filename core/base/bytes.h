#pragma once

#include <cstring>
#include <memory>
#include <string_view>

namespace session {

// An immutable, shared byte string: stores hold and return these. A copy costs one reference count; any
// thread may hold one. Reference count and bytes are one allocation.
class Bytes {
 public:
  Bytes() = default;
  explicit Bytes(std::string_view bytes) : size_(bytes.size()) {
    auto copy = std::make_shared_for_overwrite<char[]>(bytes.size());
    if (!bytes.empty()) std::memcpy(copy.get(), bytes.data(), bytes.size());
    data_ = std::move(copy);
  }

  // The size of the allocation that holds that many bytes: make_shared of libstdc++ 12 adds 47, for reference
  // counts and alignment.
  [[nodiscard]] static constexpr std::size_t allocated(std::size_t bytes) noexcept { return bytes + 47; }

  [[nodiscard]] std::string_view view() const noexcept { return {data_.get(), size_}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  // Compares the bytes. Two handles to the same allocation are equal without a look at it.
  friend bool operator==(const Bytes& a, const Bytes& b) noexcept {
    return (a.data_ == b.data_ && a.size_ == b.size_) || a.view() == b.view();
  }

 private:
  std::shared_ptr<const char[]> data_;
  std::size_t size_ = 0;
};

}  // namespace session
