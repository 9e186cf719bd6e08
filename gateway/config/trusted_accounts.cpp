#include "gateway/config/trusted_accounts.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

namespace session::gateway {
namespace {

constexpr const char* kServiceAccount = "session-gateway";
constexpr std::size_t kAccountBytes = std::size_t{64} << 10;

std::string user_name(uid_t user) {
  std::vector<char> buffer(kAccountBytes);
  passwd entry{};
  passwd* found = nullptr;
  const bool known =
      ::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr;
  return known ? entry.pw_name : std::string();
}

std::string group_name(gid_t group) {
  std::vector<char> buffer(kAccountBytes);
  struct group entry {};
  struct group* found = nullptr;
  const bool known =
      ::getgrgid_r(group, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr;
  return known ? entry.gr_name : std::string();
}

}  // namespace

TrustedAccounts TrustedAccounts::of_process() {
  TrustedAccounts accounts{::geteuid(), ::getegid()};
  struct stat root {};
  if (::stat("/", &root) == 0) {
    accounts.root_user = root.st_uid;
    accounts.root_group = root.st_gid;
  }
  accounts.user_name = session::gateway::user_name;
  accounts.group_name = session::gateway::group_name;
  return accounts;
}

bool TrustedAccounts::trusts_user(uid_t other) const {
  if (other == 0 || other == root_user || other == user) return true;
  return user == 0 && user_name && user_name(other) == kServiceAccount;
}

bool TrustedAccounts::trusts_group(gid_t other) const {
  if (other == 0 || other == root_group || other == group) return true;
  return user == 0 && group_name && group_name(other) == kServiceAccount;
}

std::optional<std::string> why_replaceable(mode_t mode, uid_t owner, gid_t group,
                                           const TrustedAccounts& trusted) {
  if (!trusted.trusts_user(owner)) {
    return "another user (" + std::to_string(owner) +
           ") can replace this file: its directory, or one above it, belongs to that user; give it to root "
           "with "
           "chown";
  }
  if ((mode & S_ISVTX) != 0) return std::nullopt;
  if ((mode & S_IWOTH) != 0) {
    return "every user of this machine can replace this file: take that away from its directory, or the one "
           "above it, with chmod o-w";
  }
  if ((mode & S_IWGRP) != 0 && !trusted.trusts_group(group)) {
    return "all users of a group (" + std::to_string(group) +
           ") can replace this file: take that away from its directory, or the one above it, with chmod g-w";
  }
  return std::nullopt;
}

}  // namespace session::gateway
