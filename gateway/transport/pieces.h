#pragma once

#include <cassert>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

namespace session::gateway {

// Writes texts behind each other into memory that has the room for all, which the caller sees to: a call of
// std::string::append() for each would cost more than these.
class Pieces {
 public:
  Pieces(char* at, std::size_t room) : at_(at), end_(at + room) {}
  void put(std::string_view text) {
    assert(text.size() <= left());
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  // In decimal.
  void put_number(std::size_t number) {
    const auto [end, error] = std::to_chars(at_, end_, number);
    assert(error == std::errc());
    at_ = end;
  }
  // Leaves room for as many bytes, and returns where.
  char* skip(std::size_t size) {
    assert(size <= left());
    return std::exchange(at_, at_ + size);
  }
  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

 private:
  char* at_;
  char* const end_;
};

}  // namespace session::gateway
