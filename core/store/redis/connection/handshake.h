#pragma once

#include <string>
#include <vector>

#include "core/store/redis/connection/options.h"
#include "core/store/redis/resp/command.h"
#include "core/store/redis/resp/reply.h"

namespace session {

// Builds the first commands of a new connection, and checks the replies to them. Does no I/O.
struct Handshake {
  std::string user;
  PasswordSource password;
  unsigned database = 0;
  std::string client_name;
  // The role that the server must report (ROLE).
  enum class Role {
    any,
    not_a_replica,  // a server that does not report a role passes, too
    master,
  };
  Role role = Role::any;

  // Returns AUTH, SELECT, ROLE and CLIENT SETNAME, each if it is needed. The wire text contains the password:
  // the caller must wipe it.
  [[nodiscard]] Command command() const;
  // Returns why the server can't be used; empty: it can. `replies` are the replies to command(), in order.
  [[nodiscard]] std::string refusal(const std::vector<Reply>& replies) const;
};

}  // namespace session
