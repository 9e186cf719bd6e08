#include "gateway/config/referenced_file.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace session::gateway {
namespace {

constexpr mode_t kOthers = 0007;
constexpr mode_t kGroup = 0070;

std::string octal(mode_t mode) {
  std::string out = "0";
  for (const int shift : {6, 3, 0}) out += static_cast<char>('0' + ((mode >> shift) & 7));
  return out;
}

std::string whole_path(const std::filesystem::path& path) {
  std::error_code failed;
  const auto whole = std::filesystem::absolute(path, failed);
  return failed ? path.string() : whole.string();
}

// systemd names the files of a directory that LoadCredential= was given so: the name there, "_", and the path
// inside (systemd.exec(5)).
std::optional<std::string> credential_for(std::string_view path) {
  const char* const directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr || path.starts_with('/')) return std::nullopt;
  std::string name(path);
  std::replace(name.begin(), name.end(), '/', '_');
  std::error_code failed;
  const std::filesystem::path credential = std::filesystem::path(directory) / name;
  if (!std::filesystem::is_regular_file(credential, failed)) return std::nullopt;
  return whole_path(credential);
}

// A user who can write to a directory can replace the files in it; in a sticky directory, only their own
// files.
void warn_if_replaceable(const Field& field, const std::filesystem::path& path) {
  std::error_code failed;
  const auto mode = std::filesystem::status(path.parent_path(), failed).permissions();
  using std::filesystem::perms;
  if (failed || (mode & perms::others_write) == perms::none || (mode & perms::sticky_bit) != perms::none)
    return;
  field.warn(
      "every user of this machine can replace this file: take that away from its directory with chmod o-w");
}

}  // namespace

std::optional<std::string> file_path_in(const Field& field) {
  const auto text = field.text("the path of a file");
  if (!text) return std::nullopt;
  if (!text->empty() && text->find('\0') == text->npos) {
    if (auto credential = credential_for(*text)) return credential;
    return whole_path(field.context().directory() / *text);
  }
  field.problem("expected the path of a file");
  return std::nullopt;
}

std::optional<FileContent> named_file(const Field& field, std::size_t most) {
  const auto path = file_path_in(field);
  if (!path) return std::nullopt;
  auto file = read_file(*path, most);
  if (file) {
    warn_if_replaceable(field, *path);
    return std::move(*file);
  }
  const bool relative = !field.node()->text.starts_with('/');
  field.problem("can't read this file: " + file.error() +
                (relative ? " (a relative path starts at this configuration's directory)" : ""));
  return std::nullopt;
}

// The group of root, or of a process that is no owner of the file, is how such a process reads it.
void warn_if_open(const Field& field, const FileAccess& access) {
  if (access.owner != 0 && access.owner != ::geteuid()) {
    field.warn("this file belongs to another user (" + std::to_string(access.owner) +
               "), who can read and replace it: give it to root with chown");
  }
  if ((access.mode & kOthers) != 0) {
    field.warn("every user of this machine can use this file (mode " + octal(access.mode) +
               "): take that away with chmod o=");
  } else if ((access.mode & kGroup) != 0 && access.group != 0 && access.group != ::getegid()) {
    field.warn("all users of its group (" + std::to_string(access.group) + ") can use this file (mode " +
               octal(access.mode) + "): take that away with chmod g=");
  }
}

}  // namespace session::gateway
