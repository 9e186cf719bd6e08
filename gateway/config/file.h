#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "core/base/result.h"

namespace session::gateway {

struct FileContent {
  FileContent() = default;
  FileContent(std::string b, mode_t m) : bytes(std::move(b)), mode(m) {}

  std::string bytes;
  mode_t mode = 0;  // permission bits
};

// Reads a regular file, but no more than `most` + 1 bytes of it: so a caller can tell that it is too large.
// Pipes and devices are refused and never waited for. The error says what is wrong and does not name the
// path.
[[nodiscard]] Result<FileContent, std::string> read_file(const std::string& path, std::size_t most);

// Why nothing can be appended to a file, which need not exist yet; nullopt: something can. Changes nothing:
// the file is not made.
[[nodiscard]] std::optional<std::string> why_not_appendable(const std::string& path);

}  // namespace session::gateway
