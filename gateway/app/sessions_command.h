#pragma once

#include <optional>
#include <string>

#include "gateway/app/client_commands.h"

namespace session::gateway {

// What `session-gateway sessions` is to do.
struct SessionsRequest {
  enum class Action { list, count, show, end, export_all, import_all };
  Action action = Action::list;
  bool json = false;
  std::optional<std::string> subject = {};
  std::optional<std::string> name = {};
  std::optional<std::string> except = {};
  std::optional<std::string> cookie = {};  // that of standard input
  bool by_subject = false;
  bool all = false;
  bool dry_run = false;
  // Of export and import. `file`: where the sessions go or come from; nullopt: standard output, "-": standard
  // input.
  std::optional<std::string> file = {};
  std::optional<std::string> passphrase_file = {};
  bool plain = false;
};

// Asks the running gateway over the socket that `admin.unix` of the configuration names, or over
// ClientOptions::socket, and prints what it answers. Returns the exit status: 0, kNothingFound, kUnreachable,
// kUsage if the request says too little or too much, and kNotDone.
int run_sessions(const SessionsRequest& request, const ClientOptions& options);

}  // namespace session::gateway
