#include "core/store/redis/greeting.h"

#include "core/store/redis/server_error.h"

namespace session {
namespace {

// The role that ROLE's reply begins with.
std::string_view role_in(const Reply& reply) {
  if (!reply.is(Reply::Kind::array) || reply.elements.empty()) return {};
  return reply.elements.front().bytes.view();
}

}  // namespace

Command Greeting::command() const {
  Command command;
  const Secret secret = password ? password() : Secret();
  if (!secret.empty() && user.empty()) command.then({"AUTH", secret.reveal()});
  if (!secret.empty() && !user.empty()) command.then({"AUTH", user, secret.reveal()});
  if (database != 0) command.then({"SELECT", std::to_string(database)});
  if (to_master) command.then({"ROLE"});
  command.then({"CLIENT", "SETNAME", client_name});
  return command;
}

std::string Greeting::refusal(const std::vector<Reply>& replies) const {
  for (std::size_t i = 0; i + 1 < replies.size(); ++i) {  // the last is the name, which no server needs
    if (replies[i].is(Reply::Kind::error)) return read_error(replies[i].text, "the greeting").sentence;
  }
  if (to_master && replies.size() >= 2) {
    const std::string_view role = role_in(replies[replies.size() - 2]);
    if (role != "master") return "it is not the master";
  }
  // Without a password to send, this is the first to hear that one is wanted.
  if (!replies.empty() && replies.back().text.starts_with("NOAUTH"))
    return read_error(replies.back().text, "the greeting").sentence;
  if (!replies.empty() && replies.back().text.starts_with("ERR max number"))
    return read_error(replies.back().text, "the greeting").sentence;
  return {};
}

}  // namespace session
