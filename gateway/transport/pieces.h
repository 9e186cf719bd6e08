#pragma once

#include <charconv>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

namespace session::gateway {

// Writes texts behind each other into memory that has the room for all: a call of std::string::append() for
// each would cost more than these.
class Pieces {
 public:
  explicit Pieces(char* at) : at_(at) {}
  void put(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  // In decimal: at most kDigits characters.
  void put_number(std::size_t number) { at_ = std::to_chars(at_, at_ + kDigits, number).ptr; }
  // Leaves room for as many bytes, and returns where.
  char* skip(std::size_t size) { return std::exchange(at_, at_ + size); }
  [[nodiscard]] char* at() const { return at_; }

  static constexpr std::size_t kDigits = 20;

 private:
  char* at_;
};

}  // namespace session::gateway
