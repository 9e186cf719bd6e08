#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace session::gateway {

// Takes a length of a name or value off the front (FastCGI 1.0, section 3.4): one byte, or four with the
// highest bit set. Returns false, and takes nothing, if it is not whole.
[[nodiscard]] inline bool take_length(std::string_view& bytes, std::uint32_t& length) {
  const auto byte = [&](std::size_t at) { return std::uint32_t{static_cast<unsigned char>(bytes[at])}; };
  if (bytes.empty()) return false;
  const bool is_short = byte(0) < 0x80;
  if (!is_short && bytes.size() < 4) return false;
  length = is_short ? byte(0) : (byte(0) & 0x7f) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
  bytes.remove_prefix(is_short ? 1 : 4);
  return true;
}

// Takes a name-value pair off the front. Returns false, and takes nothing, if it is not whole.
[[nodiscard]] inline bool take_pair(std::string_view& bytes, std::string_view& name,
                                    std::string_view& value) {
  std::string_view rest = bytes;
  std::uint32_t name_size = 0;
  std::uint32_t value_size = 0;
  if (!take_length(rest, name_size) || !take_length(rest, value_size)) return false;
  if (std::size_t{name_size} + value_size > rest.size()) return false;
  name = {rest.data(), name_size};
  value = {rest.data() + name_size, value_size};
  rest.remove_prefix(std::size_t{name_size} + value_size);
  bytes = rest;
  return true;
}

// The params of a request in the order they came, as a view of the stream that they came in.
class Params {
 public:
  // REQUIRES: the stream is whole pairs (ParamsCheck sees to it); what is not is not there.
  explicit Params(std::string_view stream) : stream_(stream) {}

  // Calls `take(name, value)` for each.
  template <class Take>
  void for_each(Take take) const {
    std::string_view name;
    std::string_view value;
    for (std::string_view rest = stream_; take_pair(rest, name, value);) take(name, value);
  }

  [[nodiscard]] std::size_t size() const {
    std::size_t count = 0;
    for_each([&](std::string_view, std::string_view) { ++count; });
    return count;
  }

 private:
  std::string_view stream_;
};

}  // namespace session::gateway
