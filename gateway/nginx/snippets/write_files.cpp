#include "gateway/nginx/snippets/write_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "core/base/escape.h"
#include "gateway/config/file.h"

namespace session::gateway {
namespace {

enum class ExistingFile { absent, same, replaceable, different };

constexpr mode_t kOwnerOnly = 0600;

// Whether only this user, or root, can use a file.
bool is_private(const FileAccess& access) {
  return access.mode == kOwnerOnly && (access.owner == 0 || access.owner == ::geteuid());
}

// An unreadable file counts as one that differs.
ExistingFile compare_existing(const std::string& path, const Snippet& snippet) {
  std::error_code failed;
  if (!std::filesystem::exists(std::filesystem::symlink_status(path, failed))) return ExistingFile::absent;
  const auto file = read_file(path, snippet.text.size());
  const bool same = file && file->bytes == snippet.text;
  if (snippet.secret && (!same || !is_private(file->access))) return ExistingFile::replaceable;
  return same ? ExistingFile::same : ExistingFile::different;
}

std::string write_error(const std::string& path) {
  return "can't write " + printable(path) + ": " + std::generic_category().message(errno);
}

// Gives the file the permissions of any new file of this user, or a secret's.
std::optional<std::string> fill_new(const std::string& path, const Snippet& snippet) {
  const std::string& text = snippet.text;
  const int fd =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, snippet.secret ? kOwnerOnly : 0666);
  if (fd < 0) return write_error(path);
  std::size_t done = 0;
  ssize_t got = 0;
  while (done < text.size() && (got >= 0 || errno == EINTR)) {
    got = ::write(fd, text.data() + done, text.size() - done);
    if (got > 0) done += static_cast<std::size_t>(got);
  }
  const bool whole = done == text.size() && ::fsync(fd) == 0;
  std::optional<std::string> wrong;
  if (!whole) wrong = write_error(path);
  ::close(fd);
  return wrong;
}

std::optional<std::string> replace_file(const std::string& path, const Snippet& snippet) {
  const std::string temporary = path + "." + std::to_string(::getpid()) + ".new";
  auto wrong = fill_new(temporary, snippet);
  if (!wrong && ::rename(temporary.c_str(), path.c_str()) != 0) wrong = write_error(path);
  if (wrong) ::unlink(temporary.c_str());
  return wrong;
}

}  // namespace

Result<std::vector<std::string>, std::string> write_files(const std::string& directory,
                                                          const std::vector<Snippet>& files,
                                                          Overwrite overwrite) {
  std::error_code failed;
  if (!std::filesystem::is_directory(directory, failed))
    return printable(directory) + " is not a directory: make it first";
  std::vector<std::string> paths;
  std::vector<const Snippet*> to_write;
  std::string differing;
  for (const Snippet& file : files) {
    const std::string path = (std::filesystem::path(directory) / file.name).string();
    const ExistingFile found = compare_existing(path, file);
    if (found == ExistingFile::same) continue;
    if (found == ExistingFile::different) differing += (differing.empty() ? "" : ", ") + file.name;
    paths.push_back(path);
    to_write.push_back(&file);
  }
  if (!differing.empty() && overwrite == Overwrite::refuse) {
    return "nothing was written: " + printable(directory) + " has other contents in " + differing +
           ". See what differs, and say --force to overwrite";
  }
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (const auto wrong = replace_file(paths[i], *to_write[i])) return *wrong;
  }
  return paths;
}

}  // namespace session::gateway
