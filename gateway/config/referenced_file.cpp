#include "gateway/config/referenced_file.h"

#include <sys/stat.h>

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

// Why others can put another file in place of this one: a user who can write to its directory, or to one
// above it, can. A path that leads over a symbolic link has the directories of both ends.
std::optional<std::string> why_replaceable_at(const std::filesystem::path& path) {
  const TrustedAccounts trusted = TrustedAccounts::of_process();
  std::error_code failed;
  const std::filesystem::path target = std::filesystem::canonical(path, failed);
  for (std::filesystem::path at : {path.lexically_normal(), failed ? path : target}) {
    while (at.has_relative_path()) {
      at = at.parent_path();
      struct stat status {};
      if (::stat(at.c_str(), &status) != 0) continue;
      auto why = why_replaceable(status.st_mode, status.st_uid, status.st_gid, trusted);
      if (why) return why;
    }
  }
  return std::nullopt;
}

std::optional<std::string> whose(const FileAccess& access, const TrustedAccounts& trusted) {
  if (trusted.trusts_user(access.owner)) return std::nullopt;
  return "this file belongs to another user (" + std::to_string(access.owner) +
         "), who can read and replace it: give it to root with chown";
}

// The group of the service, which is no owner of the file, is how it reads the file.
std::optional<std::string> why_open(const FileAccess& access, const TrustedAccounts& trusted) {
  if ((access.mode & kOthers) != 0) {
    return "every user of this machine can use this file (mode " + octal(access.mode) +
           "): take that away with chmod o=";
  }
  if ((access.mode & kGroup) == 0 || trusted.trusts_group(access.group)) return std::nullopt;
  return "all users of its group (" + std::to_string(access.group) + ") can use this file (mode " +
         octal(access.mode) + "): take that away with chmod g=";
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
  const std::string& name = field.node()->text;
  if (file) {
    if (const auto why = why_replaceable_at(*path)) field.warn(*why);
    field.context().refer({field.line(), field.key(), *path, name, ReferencedFile::Use::read});
    return std::move(*file);
  }
  const bool relative = !name.starts_with('/');
  field.problem("can't read this file: " + file.error() +
                (relative ? " (a relative path starts at this configuration's directory)" : ""));
  return std::nullopt;
}

std::vector<std::string> doubts_about_secret(const std::string& path, const FileAccess& access) {
  const TrustedAccounts trusted = TrustedAccounts::of_process();
  std::vector<std::string> doubts;
  for (auto& doubt :
       {why_replaceable_at(whole_path(path)), whose(access, trusted), why_open(access, trusted)}) {
    if (doubt) doubts.push_back(*doubt);
  }
  return doubts;
}

void warn_if_open(const Field& field, const FileAccess& access, const TrustedAccounts& trusted) {
  if (const auto why = whose(access, trusted)) field.warn(*why);
  if (const auto why = why_open(access, trusted)) field.warn(*why);
}

}  // namespace session::gateway
