#include "gateway/app/file_access.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include "gateway/app/config_choice.h"
#include "gateway/config/problem.h"
#include "gateway/config/units.h"

namespace session::gateway {
namespace {

namespace fs = std::filesystem;

// What the child says of a file.
struct Verdict {
  std::int32_t error = 0;         // of the system; 0: the user can use the file
  std::int32_t folder_bytes = 0;  // the length of the path of the folder at fault; 0: it is the file itself
};

std::string in_words(int error) { return std::generic_category().message(error); }

std::optional<FileUser> user_in(const passwd* entry) {
  if (entry == nullptr) return std::nullopt;
  FileUser user(entry->pw_name, entry->pw_uid, entry->pw_gid);
  user.is_service = user.name == kServiceUser;
  return user;
}

// A program that runs once and has one thread can use the functions with one static buffer.
std::optional<FileUser> user_named(const std::string& name) { return user_in(::getpwnam(name.c_str())); }

FileUser stand_in() {
  constexpr uid_t kNobody = 65534;
  const auto nobody = user_named("nobody");
  FileUser user(kServiceUser, nobody ? nobody->uid : kNobody, nobody ? nobody->gid : kNobody);
  user.is_service = true;
  user.is_stand_in = true;
  return user;
}

// Becomes the user for good, with the groups of that user. Returns 0, or the error.
int become(const FileUser& user) {
  if (::geteuid() != 0 && ::geteuid() == user.uid) return 0;
  const bool is_named = !user.is_stand_in && ::getpwuid(user.uid) != nullptr;
  if (is_named ? ::initgroups(user.name.c_str(), user.gid) != 0 : ::setgroups(0, nullptr) != 0) return errno;
  if (::setresgid(user.gid, user.gid, user.gid) != 0) return errno;
  return ::setresuid(user.uid, user.uid, user.uid) == 0 ? 0 : errno;
}

int error_of(bool failed) { return failed ? errno : 0; }

// How open(2) is asked for what the gateway does with the file.
int access_for(ReferencedFile::Use use) {
  switch (use) {
    case ReferencedFile::Use::read:
      return O_RDONLY;
    case ReferencedFile::Use::append:
      return O_WRONLY | O_APPEND;
    case ReferencedFile::Use::database:
      return O_RDWR;
  }
  return O_RDONLY;
}

// Returns 0 if this process can open the file, or make it if that is its use, or the error.
int open_error(const ReferencedFile& file) {
  using Use = ReferencedFile::Use;
  const int descriptor = ::open(file.path.c_str(), access_for(file.use) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  const int error = error_of(descriptor < 0);
  if (descriptor >= 0) ::close(descriptor);
  const bool makes_files = file.use == Use::database || (file.use == Use::append && error == ENOENT);
  if (!makes_files || (error != 0 && error != ENOENT)) return error;
  return error_of(::access(fs::path(file.path).parent_path().c_str(), W_OK | X_OK) != 0);
}

// Returns the length of the path of the first folder that this process may not enter; 0: it may enter all.
std::int32_t closed_folder(const std::string& path) {
  for (std::size_t end = path.find('/', 1); end != path.npos; end = path.find('/', end + 1)) {
    if (::access(path.substr(0, end).c_str(), X_OK) != 0) return static_cast<std::int32_t>(end);
  }
  return 0;
}

Verdict verdict_of(const ReferencedFile& file) {
  const int error = open_error(file);
  return {error, error == EACCES ? closed_folder(file.path) : 0};
}

// The child: writes a verdict for each file, in their order, and ends. If it can't become the user, it writes
// nothing, and ends with the error.
[[noreturn]] void answer(int pipe, const FileUser& user, const std::vector<ReferencedFile>& files) {
  if (const int error = become(user); error != 0) ::_exit(error);
  for (const ReferencedFile& file : files) {
    const Verdict verdict = verdict_of(file);
    if (::write(pipe, &verdict, sizeof verdict) != sizeof verdict) ::_exit(EPIPE);
  }
  ::_exit(0);
}

// Asks a child. Error: that of the system, in words.
Result<std::vector<Verdict>, std::string> verdicts(const FileUser& user,
                                                   const std::vector<ReferencedFile>& files) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return in_words(errno);
  (void)std::fflush(nullptr);  // so that the child has nothing to print
  const pid_t child = ::fork();
  if (child == 0) answer(ends[1], user, files);
  const int fork_error = error_of(child < 0);
  ::close(ends[1]);
  std::vector<Verdict> all;
  for (Verdict verdict; ::read(ends[0], &verdict, sizeof verdict) == sizeof verdict;) all.push_back(verdict);
  ::close(ends[0]);
  if (child < 0) return in_words(fork_error);
  int status = 0;
  (void)::waitpid(child, &status, 0);
  if (all.size() == files.size()) return all;
  return WIFEXITED(status) ? in_words(WEXITSTATUS(status)) : std::string("the check was ended");
}

std::string name_of_owner(uid_t uid) {
  const passwd* entry = ::getpwuid(uid);
  return entry != nullptr ? entry->pw_name : std::to_string(uid);
}

std::string name_of_group(gid_t gid) {
  const group* entry = ::getgrgid(gid);
  return entry != nullptr ? entry->gr_name : std::to_string(gid);
}

// Describes the access to a file as ls does: "0600 root:root"; empty if it can't be read.
std::string access_of(const fs::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return {};
  char mode[8] = {};
  (void)std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(found.st_mode & 07777));
  return std::string(mode) + " " + name_of_owner(found.st_uid) + ":" + name_of_group(found.st_gid);
}

// systemd gives the service copies of root's files in the folder credentials beside the configuration
// (LoadCredential=), and a folder of its own below /var/lib, which others can't enter (StateDirectory=).
bool is_handed_over(const FileUser& user, const ReferencedFile& file) {
  if (!user.is_service) return false;
  return file.use == ReferencedFile::Use::database ? file.path.starts_with("/var/lib/session-gateway/")
                                                   : file.name.starts_with("credentials/");
}

std::string remedy(const FileUser& user, const ReferencedFile& file) {
  if (file.use == ReferencedFile::Use::append)
    return user.is_service ? "name a place that the unit gives it (LogsDirectory=)" : "let it write there";
  if (file.use == ReferencedFile::Use::database) {
    return user.is_service ? "name a place below /var/lib/session-gateway, which the unit gives it"
                           : "let it write the file and its folder";
  }
  if (!user.is_service) return "let it read the file by its group (chgrp, chmod g=r), or give it the file";
  const std::string name = fs::path(file.path).filename().string();
  return "move the file into the folder credentials beside the configuration, and name it credentials/" +
         name + ": systemd hands the files there to the service";
}

std::string verb(ReferencedFile::Use use) {
  if (use == ReferencedFile::Use::read) return "read";
  return use == ReferencedFile::Use::append ? "append to" : "write";
}

std::string reason(const FileUser& user, const ReferencedFile& file, const Verdict& verdict) {
  std::string why = "the user " + user.name + " can't " + verb(file.use) + " this file (";
  if (verdict.folder_bytes > 0) {
    const std::string folder = file.path.substr(0, static_cast<std::size_t>(verdict.folder_bytes));
    why += "it can't enter the folder " + escaped(folder) + ", " + access_of(folder);
  } else {
    const std::string access = access_of(file.path);
    why += in_words(verdict.error) + (access.empty() ? "" : ", " + access);
  }
  return why + "): " + remedy(user, file);
}

}  // namespace

Result<FileUser, std::string> find_user(const std::string& name) {
  if (const auto number = parse_count(name); number && *number < std::numeric_limits<uid_t>::max()) {
    const auto uid = static_cast<uid_t>(*number);
    if (auto user = user_in(::getpwuid(uid))) return *user;
    return FileUser(name, uid, static_cast<gid_t>(uid));
  }
  if (auto user = user_named(name)) return *user;
  if (name == kServiceUser) return stand_in();
  return "this machine has no user " + shown(name);
}

std::optional<FileUser> default_user(const std::string& config_file) {
  if (::geteuid() != 0 || config_file != kUsualConfiguration) return std::nullopt;
  if (auto user = user_named(kServiceUser)) return user;
  return ::sd_booted() > 0 ? std::optional(stand_in()) : std::nullopt;
}

Result<std::vector<DeniedFile>, std::string> denied_files(const FileUser& user,
                                                          const std::vector<ReferencedFile>& files) {
  std::vector<ReferencedFile> asked;
  for (const ReferencedFile& file : files) {
    if (!is_handed_over(user, file)) asked.push_back(file);
  }
  const auto all = verdicts(user, asked);
  if (!all) return all.error();
  std::vector<DeniedFile> denied;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const Verdict& verdict = (*all)[i];
    if (verdict.error != 0) denied.push_back({asked[i], reason(user, asked[i], verdict)});
  }
  return denied;
}

}  // namespace session::gateway
