#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace session {

// SipHash-c-d (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): a hash for tables that
// nobody can fill with colliding keys without knowing the 128 secret bits. Tables use 1-3, as Rust's and
// Python's do. A pure function of its seed and input.
template <int Compress, int Finish>
class SipHash {
 public:
  SipHash(std::uint64_t k0, std::uint64_t k1) : k0_(k0), k1_(k1) {}

  [[nodiscard]] std::uint64_t operator()(std::string_view text) const noexcept {
    State state{k0_ ^ 0x736f6d6570736575, k1_ ^ 0x646f72616e646f6d, k0_ ^ 0x6c7967656e657261,
                k1_ ^ 0x7465646279746573};
    const std::size_t whole = text.size() / 8 * 8;
    for (std::size_t at = 0; at < whole; at += 8) state.absorb(word(text.data() + at, 8));
    const std::uint64_t length = std::uint64_t{text.size()} << 56;
    state.absorb(word(text.data() + whole, text.size() - whole) | length);
    return state.finish();
  }

 private:
  struct State {
    std::uint64_t v0, v1, v2, v3;

    void round() noexcept {
      v0 += v1, v1 = std::rotl(v1, 13), v1 ^= v0, v0 = std::rotl(v0, 32);
      v2 += v3, v3 = std::rotl(v3, 16), v3 ^= v2;
      v0 += v3, v3 = std::rotl(v3, 21), v3 ^= v0;
      v2 += v1, v1 = std::rotl(v1, 17), v1 ^= v2, v2 = std::rotl(v2, 32);
    }
    void absorb(std::uint64_t word) noexcept {
      v3 ^= word;
      for (int i = 0; i < Compress; ++i) round();
      v0 ^= word;
    }
    [[nodiscard]] std::uint64_t finish() noexcept {
      v2 ^= 0xff;
      for (int i = 0; i < Finish; ++i) round();
      return v0 ^ v1 ^ v2 ^ v3;
    }
  };

  static std::uint64_t word(const char* from, std::size_t size) noexcept {
    std::uint64_t out = 0;
    if (size > 0) std::memcpy(&out, from, size);
    if constexpr (std::endian::native == std::endian::big) out = __builtin_bswap64(out);
    return out;
  }

  std::uint64_t k0_;
  std::uint64_t k1_;
};

}  // namespace session
