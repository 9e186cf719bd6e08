#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "core/base/result.h"

namespace session::gateway {

// Who may use a file.
struct FileAccess {
  mode_t mode = 0;  // permission bits
  uid_t owner = 0;
  gid_t group = 0;
};

// A file that a configuration names.
struct ReferencedFile {
  enum class Use {
    read,
    append,
    database,  // written at any place, with further files beside it
  };

  int line = 0;     // where the configuration names it
  std::string key;  // the setting that names it
  std::string path;
  std::string name;  // the path as the configuration has it, which may be relative
  Use use = Use::read;
};

struct FileContent {
  FileContent() = default;
  FileContent(std::string b, const FileAccess& a) : bytes(std::move(b)), access(a) {}

  std::string bytes;
  FileAccess access;
};

// Reads a regular file, but at most `most` + 1 bytes of it, so that a caller can tell that it is too large.
// Rejects pipes and devices without waiting for them. The error says what is wrong and does not name the
// path.
[[nodiscard]] Result<FileContent, std::string> read_file(const std::string& path, std::size_t most);

// Why a file, which need not exist yet, can't be appended to; nullopt: it can. Changes nothing and does not
// create the file.
[[nodiscard]] std::optional<std::string> why_not_appendable(const std::string& path);

}  // namespace session::gateway
