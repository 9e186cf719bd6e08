#include "core/store/redis/connection/handshake.h"

#include "core/store/redis/resp/server_error.h"

namespace session {
namespace {

// The role in the reply to ROLE, its first element.
std::string_view role_in(const Reply& reply) {
  if (!reply.is(Reply::Kind::array) || reply.elements.empty()) return {};
  return reply.elements.front().bytes.view();
}

bool is_denied(std::string_view error) {
  return error.starts_with("NOPERM") || error.starts_with("ERR unknown");
}

}  // namespace

Command Handshake::command() const {
  Command command;
  const Secret secret = password ? password() : Secret();
  // Reserved so that the text is never reallocated: that would leave a copy of the password in freed memory.
  command.wire.reserve(secret.reveal().size() + user.size() + client_name.size() + 512);
  if (!secret.empty() && user.empty()) command.then({"AUTH", secret.reveal()});
  if (!secret.empty() && !user.empty()) command.then({"AUTH", user, secret.reveal()});
  if (database != 0) command.then({"SELECT", std::to_string(database)});
  if (role != Role::any) command.then({"ROLE"});
  command.then({"CLIENT", "SETNAME", client_name});
  return command;
}

std::string Handshake::refusal(const std::vector<Reply>& replies) const {
  const Reply* name_reply = replies.empty() ? nullptr : &replies.back();  // CLIENT SETNAME is optional
  const Reply* role_reply = role == Role::any || replies.size() < 2 ? nullptr : &replies[replies.size() - 2];
  for (const Reply& reply : replies) {
    if (!reply.is(Reply::Kind::error)) continue;
    const bool optional = &reply == name_reply || (&reply == role_reply && role == Role::not_a_replica);
    if (optional && is_denied(reply.text)) continue;
    return read_error(reply.text, "the handshake").sentence;
  }
  if (role_reply == nullptr) return {};
  const std::string_view reported = role_in(*role_reply);
  if (role == Role::master && reported != "master") return "it is not the master";
  if (role == Role::not_a_replica && reported == "slave") return "it is a replica, and not the master";
  return {};
}

}  // namespace session
