#include "gateway/app/passphrase.h"

#include <iostream>
#include <utility>

#include "core/base/escape.h"
#include "gateway/config/referenced_file.h"
#include "gateway/config/secret_file.h"

namespace session::gateway {

Result<Secret, InputProblem> passphrase_in(const std::string& path, std::size_t least) {
  const std::string name = printable(path);
  auto file = read_file(path, kMaxSecretBytes);
  if (!file) return InputProblem("can't read the passphrase in " + name + ": " + file.error());
  for (const std::string& doubt : doubts_about_secret(path, file->access))
    std::cerr << name << ": " << doubt << "\n";
  const bool too_large = file->bytes.size() > kMaxSecretBytes;
  Secret passphrase = secret_in(std::move(file->bytes));
  if (too_large) return InputProblem(name + ": this file is larger than 64KiB");
  if (passphrase.empty()) return InputProblem(name + ": this passphrase is empty");
  if (passphrase.size() < least) {
    return InputProblem(name + ": expected a passphrase of at least " + std::to_string(least) +
                        " bytes, got " + std::to_string(passphrase.size()) +
                        ": `session-gateway key new` makes one");
  }
  return passphrase;
}

}  // namespace session::gateway
