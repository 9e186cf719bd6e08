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
  std::optional<std::string> socket;  // instead of what where_to_ask() finds in `listen`
  milliseconds timeout{10000};
};

// Asks the running gateway for `endpoint` (health, ready or metrics), as a probe or nginx would, and prints
// its answer to standard output. See where_to_ask.h for listener, protocol and secret. Returns the exit
// status: 0 if the answer is a 200, 1 if it is another one or if there is none, 2 if `socket` is no address;
// standard error says why.
int ask_gateway(std::string_view endpoint, const ClientOptions& options);

}  // namespace session::gateway
