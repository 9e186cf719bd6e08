#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/secret.h"

namespace session {

// The cost of scrypt (RFC 7914). The memory is 128 * block * 2^cost bytes.
struct ScryptCost {
  unsigned cost = 17;     // log2 of N
  unsigned block = 8;     // r
  unsigned parallel = 1;  // p

  // Whether the parameters are valid, and take at most 1 GiB of memory and about eight times as long as such
  // a memory at p = 1.
  [[nodiscard]] bool is_bearable() const;
  [[nodiscard]] std::uint64_t memory() const { return (std::uint64_t{128} * block) << cost; }
};

// Derives a key of 32 bytes from a password. nullopt: the memory is not to be had. REQUIRES: a bearable cost.
[[nodiscard]] std::optional<Secret> scrypt(const Secret& password, std::string_view salt, ScryptCost cost);

}  // namespace session
