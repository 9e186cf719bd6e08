#include "core/store/redis/greeting.h"

#include "core/store/redis/server_error.h"

namespace session {
namespace {

// The role that ROLE's reply begins with.
std::string_view role_in(const Reply& reply) {
  if (!reply.is(Reply::Kind::array) || reply.elements.empty()) return {};
  return reply.elements.front().bytes.view();
}

bool is_denied(std::string_view error) {
  return error.starts_with("NOPERM") || error.starts_with("ERR unknown");
}

}  // namespace

Command Greeting::command() const {
  Command command;
  const Secret secret = password ? password() : Secret();
  // So that the text does not move, and leave a copy behind.
  command.wire.reserve(secret.reveal().size() + user.size() + client_name.size() + 512);
  if (!secret.empty() && user.empty()) command.then({"AUTH", secret.reveal()});
  if (!secret.empty() && !user.empty()) command.then({"AUTH", user, secret.reveal()});
  if (database != 0) command.then({"SELECT", std::to_string(database)});
  if (to_master) command.then({"ROLE"});
  command.then({"CLIENT", "SETNAME", client_name});
  return command;
}

std::string Greeting::refusal(const std::vector<Reply>& replies) const {
  for (const Reply& reply : replies) {
    if (!reply.is(Reply::Kind::error)) continue;
    // The last is about the name, which no server needs.
    if (&reply == &replies.back() && is_denied(reply.text)) continue;
    return read_error(reply.text, "the greeting").sentence;
  }
  if (to_master && replies.size() >= 2 && role_in(replies[replies.size() - 2]) != "master")
    return "it is not the master";
  return {};
}

}  // namespace session
