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

enum class Found { nothing, the_same, another };

// An unreadable file counts as one that differs.
Found look(const std::string& path, const std::string& text) {
  std::error_code failed;
  if (!std::filesystem::exists(std::filesystem::symlink_status(path, failed))) return Found::nothing;
  const auto file = read_file(path, text.size());
  return file && file->bytes == text ? Found::the_same : Found::another;
}

std::string can_not(const std::string& path) {
  return "can't write " + printable(path) + ": " + std::generic_category().message(errno);
}

// Gives the file the permissions of any new file of this user.
std::optional<std::string> fill_new(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return can_not(path);
  std::size_t done = 0;
  ssize_t got = 0;
  while (done < text.size() && (got >= 0 || errno == EINTR)) {
    got = ::write(fd, text.data() + done, text.size() - done);
    if (got > 0) done += static_cast<std::size_t>(got);
  }
  const bool whole = done == text.size() && ::fsync(fd) == 0;
  std::optional<std::string> wrong;
  if (!whole) wrong = can_not(path);
  ::close(fd);
  return wrong;
}

std::optional<std::string> put(const std::string& path, const std::string& text) {
  const std::string beside = path + "." + std::to_string(::getpid()) + ".new";
  auto wrong = fill_new(beside, text);
  if (!wrong && ::rename(beside.c_str(), path.c_str()) != 0) wrong = can_not(path);
  if (wrong) ::unlink(beside.c_str());
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
  std::string in_the_way;
  for (const Snippet& file : files) {
    const std::string path = (std::filesystem::path(directory) / file.name).string();
    const Found found = look(path, file.text);
    if (found == Found::the_same) continue;
    if (found == Found::another) in_the_way += (in_the_way.empty() ? "" : ", ") + file.name;
    paths.push_back(path);
    to_write.push_back(&file);
  }
  if (!in_the_way.empty() && overwrite == Overwrite::refuse) {
    return "nothing was written: " + printable(directory) + " has other contents in " + in_the_way +
           ". See what differs, and say --force to overwrite";
  }
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (const auto wrong = put(paths[i], to_write[i]->text)) return *wrong;
  }
  return paths;
}

}  // namespace session::gateway
