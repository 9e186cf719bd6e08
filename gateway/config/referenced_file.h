#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "gateway/config/file.h"
#include "gateway/config/reader.h"
#include "gateway/config/trusted_accounts.h"

namespace session::gateway {

// The absolute path of the file that the field names. Looks for a relative path among the credentials that
// systemd has loaded ($CREDENTIALS_DIRECTORY) first, with _ in place of each /, and then in the directory of
// the configuration. nullopt: the field is absent, or is not a path, which is reported. No problem here
// quotes the path: a secret may stand in its place.
[[nodiscard]] std::optional<std::string> file_path_in(const Field& field);

// Reads the file that the field names, but at most `most` + 1 bytes of it. nullopt: the field is absent, or
// does not name a readable file, which is reported. Warns if others can replace the file, because they can
// write to its directory or to one above it.
[[nodiscard]] std::optional<FileContent> named_file(const Field& field, std::size_t most);

// What is wrong with a file that holds a secret, as sentences about it: others can use it, or can put another
// one in its place.
[[nodiscard]] std::vector<std::string> doubts_about_secret(const std::string& path, const FileAccess& access);

// Warns if others than trusted accounts can use the file that the field names, or the file that holds the
// field: every user of the machine, its group, or its owner.
void warn_if_open(const Field& field, const FileAccess& access,
                  const TrustedAccounts& trusted = TrustedAccounts::of_process());

}  // namespace session::gateway
