#pragma once

#include <string>
#include <vector>

#include "core/store/redis/connection/options.h"
#include "core/store/redis/resp/command.h"
#include "core/store/redis/resp/reply.h"

namespace session {

// The first commands of a new connection, and the replies that the server must give. No I/O.
struct Handshake {
  std::string user;
  PasswordSource password;
  unsigned database = 0;
  std::string client_name;
  // The role that the server must report (ROLE).
  enum class Role {
    any,
    not_a_replica,  // or does not report a role
    master,
  };
  Role role = Role::any;

  // AUTH, SELECT, ROLE and CLIENT SETNAME, as far as they are needed. The wire text holds the password: the
  // caller wipes it.
  [[nodiscard]] Command command() const;
  // Why the server can not be used; empty: it can. `replies` are those to command(), in order.
  [[nodiscard]] std::string refusal(const std::vector<Reply>& replies) const;
};

}  // namespace session
