#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

namespace session::gateway {

// The users and groups that may use and replace the files with secrets: root, this process, and, if root
// checks a configuration for the service, the account of the service, which has the program's name.
struct TrustedAccounts {
  uid_t user = 0;  // this process's
  gid_t group = 0;
  // The owner of the root directory. In a user namespace without root (PrivateUsers= of systemd), that is how
  // root's files appear; so do those of all other users that are not in the namespace.
  uid_t root_user = 0;
  gid_t root_group = 0;
  // The name of an account; empty: it has none.
  std::function<std::string(uid_t)> user_name = {};
  std::function<std::string(gid_t)> group_name = {};

  // Those of this process on this machine.
  [[nodiscard]] static TrustedAccounts of_process();

  [[nodiscard]] bool trusts_user(uid_t other) const;
  [[nodiscard]] bool trusts_group(gid_t other) const;
};

// Why others can replace the files in a directory, and what to do about it, as a sentence about the file. In
// a sticky directory only the owner of a file, or of the directory, can replace it. nullopt: nobody can.
[[nodiscard]] std::optional<std::string> why_replaceable(mode_t mode, uid_t owner, gid_t group,
                                                         const TrustedAccounts& trusted);

}  // namespace session::gateway
