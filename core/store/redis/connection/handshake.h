#pragma once

#include <string>
#include <vector>

#include "core/store/redis/connection/options.h"
#include "core/store/redis/resp/command.h"
#include "core/store/redis/resp/reply.h"

namespace session {

// What a new connection says first, and what the server must answer. No I/O.
struct Handshake {
  std::string user;
  PasswordSource password;
  unsigned database = 0;
  std::string client_name;
  // What the server must be by its own word (ROLE).
  enum class Role {
    any,
    not_a_replica,  // or does not say
    master,
  };
  Role role = Role::any;

  // AUTH, SELECT, CLIENT SETNAME and ROLE, as far as they are wanted. The wire text holds the password: wipe
  // it.
  [[nodiscard]] Command command() const;
  // Why the server is not to be used; empty: it is. `replies` are those to command(), in order.
  [[nodiscard]] std::string refusal(const std::vector<Reply>& replies) const;
};

}  // namespace session
