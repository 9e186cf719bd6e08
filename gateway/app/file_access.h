#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "gateway/config/file.h"

namespace session::gateway {

// The user of the packaged service (systemd/session-gateway.service), who exists only while that runs.
inline constexpr const char* kServiceUser = "session-gateway";

// For whom a check tells whether the configuration's files can be used.
struct FileUser {
  FileUser() = default;
  FileUser(std::string n, uid_t u, gid_t g) : name(std::move(n)), uid(u), gid(g) {}

  std::string name;  // as in messages: a name, or a number
  uid_t uid = 0;
  gid_t gid = 0;
  bool is_service = false;  // whether this is the service's user, or stands in for it
  bool is_stand_in =
      false;  // whether the service's user does not exist now, and another without rights stands in
};

// Finds the user of that name or number. For the service's user, if it does not exist now, returns `nobody`,
// who owns no file either. Error: there is no such user.
[[nodiscard]] Result<FileUser, std::string> find_user(const std::string& name);

// The user for whom root checks a file without naming one: for the packaged service's configuration the
// service's user, if that exists or systemd runs this machine. nullopt: the user who runs the check.
[[nodiscard]] std::optional<FileUser> default_user(const std::string& config_file);

// A file that a user can't use, and why.
struct DeniedFile {
  ReferencedFile file;
  std::string why;  // for the operator, with the remedy
};

// Returns which of these files the user can't open. A child process that becomes that user opens each of
// them, so that groups, the folders above and access lists count as they do for the gateway. Error: the check
// was not possible, for example because this process may not become that user. REQUIRES: the process has one
// thread.
[[nodiscard]] Result<std::vector<DeniedFile>, std::string> denied_files(
    const FileUser& user, const std::vector<ReferencedFile>& files);

}  // namespace session::gateway
