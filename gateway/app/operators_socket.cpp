#include "gateway/app/operators_socket.h"

#include <iostream>
#include <utility>
#include <variant>

#include "gateway/app/exit_status.h"
#include "gateway/app/sessions_table.h"
#include "gateway/config/listen_address.h"
#include "gateway/config/load.h"

namespace session::gateway {
namespace {

std::optional<Listen> given_socket(const std::string& socket, int& status) {
  auto where = parse_listen_address(socket);
  if (!where || !std::holds_alternative<ListenUnix>(*where)) {
    status = say(kUsage, "--socket: expected the absolute path of a socket");
    return std::nullopt;
  }
  std::get<ListenUnix>(*where).protocol = Protocol::http;
  return std::move(*where);
}

std::optional<Listen> configured_socket(const ConfigChoice& choice, int& status) {
  const Loaded settings = load_listen(choice.file);
  status = kNotDone;
  if (!settings) {
    for (const Problem& problem : settings.error())
      std::cerr << render(choice.file.value_or(kNoFile), problem) << "\n";
    return std::nullopt;
  }
  if (settings->admin.socket.empty()) {
    std::cerr
        << choice.file.value_or("the default configuration")
        << ": admin.unix is not set: add `admin: { unix: /run/session-gateway/admin.sock }` and restart "
           "the gateway, or name a socket with --socket\n";
  }
  return admin_listener(*settings);
}

}  // namespace

std::optional<Listen> operators_socket(const ClientOptions& options, int& status) {
  return options.socket ? given_socket(*options.socket, status)
                        : configured_socket(options.configuration, status);
}

int say(int status, const std::string& why) {
  std::cerr << why << "\n";
  return status;
}

int failed(const AdminClient::Result& result) {
  std::string problem = result.problem;
  if (result.body.is_object() && result.body.contains("ended"))
    problem += "; " + ascii_json(result.body.at("ended")) + " have ended before that";
  switch (result.outcome) {
    case AdminClient::Outcome::nothing_found:
      return say(kNothingFound, problem);
    case AdminClient::Outcome::unreachable:
      return say(kUnreachable, problem);
    default:
      return say(kNotDone, problem);
  }
}

}  // namespace session::gateway
