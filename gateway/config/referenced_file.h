#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>

#include "gateway/config/file.h"
#include "gateway/config/reader.h"

namespace session::gateway {

// The path of a file that stands in the field: absolute, so that it leads there from any directory. A
// relative one is looked for among the credentials that systemd has loaded ($CREDENTIALS_DIRECTORY), with _
// in place of each /, and then starts at the configuration's directory. nullopt: the field is absent or,
// which is reported, holds no path. Nothing here quotes the path: a secret may stand in its place.
[[nodiscard]] std::optional<std::string> file_path_in(const Field& field);

// Reads the file whose path stands in the field, but no more than `most` + 1 bytes of it. nullopt: the field
// is absent or, which is reported, holds no path of a file that can be read.
[[nodiscard]] std::optional<FileContent> named_file(const Field& field, std::size_t most);

// Warns if the permission bits let every user of the machine at the file in that field, or that the field is
// in.
void warn_if_open(const Field& field, mode_t mode);

}  // namespace session::gateway
