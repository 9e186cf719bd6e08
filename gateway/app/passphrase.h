#pragma once

#include <string>

#include "core/base/result.h"
#include "core/base/secret.h"

namespace session::gateway {

// The fewest bytes of a passphrase that something is sealed with. What is sealed, any passphrase may open.
inline constexpr std::size_t kMinPassphraseBytes = 12;

// Reads a passphrase from a file: without the line break at its end. Warns on standard error if others can
// read or replace the file. The error is a sentence.
[[nodiscard]] Result<Secret, InputProblem> passphrase_in(const std::string& path, std::size_t least);

}  // namespace session::gateway
