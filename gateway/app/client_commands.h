#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "gateway/app/config_choice.h"

namespace session::gateway {

// Where the clients find the running gateway, and how long they wait for it.
struct ClientOptions {
  // Of its file only `listen` counts: another part may be wrong since the gateway has read it.
  ConfigChoice configuration;
  std::optional<std::string> socket;  // instead of the first of `listen`
  milliseconds timeout{10000};
};

// Asks the running gateway for `endpoint` (health, ready or metrics), as nginx would, and prints its answer
// to standard output. Sends the secret that `listen` has for the socket; for a socket that is not in
// `listen`, the first of all secrets there. Returns the exit status: 0 if the answer is a 200, 1 if it is
// another one or if there is none, 2 if `socket` is no address; standard error says why.
int ask_gateway(std::string_view endpoint, const ClientOptions& options);

}  // namespace session::gateway
