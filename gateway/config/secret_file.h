#pragma once

#include <cstddef>
#include <string>

#include "core/base/secret.h"
#include "core/store/redis/connection/options.h"

namespace session::gateway {

inline constexpr std::size_t kMaxSecretBytes = std::size_t{64} << 10;

// What a file with these bytes means: editors and echo end it with a line break that nobody means.
[[nodiscard]] Secret secret_in(std::string bytes);

// These never throw: without the memory for a password there is none.

// The same password at each call.
[[nodiscard]] PasswordSource fixed_password(Secret password);

// The password that stands in the file at each call. If it can't be read then, is empty or larger than
// kMaxSecretBytes, the last one that was good: at first `known`. Thread-safe.
[[nodiscard]] PasswordSource password_in_file(std::string path, Secret known);

}  // namespace session::gateway
