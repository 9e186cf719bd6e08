#pragma once

#include <cstddef>
#include <string>

#include "core/base/secret.h"
#include "core/store/redis/connection/options.h"

namespace session::gateway {

inline constexpr std::size_t kMaxSecretBytes = std::size_t{64} << 10;

// The secret in a file with these bytes: without the line break that editors and echo add at the end.
[[nodiscard]] Secret secret_in(std::string bytes);

// These never throw: without the memory for a password there is none.

// The same password at each call.
[[nodiscard]] PasswordSource fixed_password(Secret password);

// Reads the password from the file at each call. If the file is unreadable, empty or larger than
// kMaxSecretBytes, returns the last valid password: at first `known`. Thread-safe.
[[nodiscard]] PasswordSource password_in_file(std::string path, Secret known);

}  // namespace session::gateway
