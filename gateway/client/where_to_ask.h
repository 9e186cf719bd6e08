#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/secret.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// A listener of a running gateway, as a client reaches it.
struct ListenerToAsk {
  Listen where;
  Secret secret;  // empty: none
};

// Where clients ask for `endpoint` (health, ready or metrics): the first HTTP listener that serves it, or
// else the first FastCGI listener. The error says as the rest of a sentence why there is none.
[[nodiscard]] Result<ListenerToAsk, std::string> where_to_ask(std::string_view endpoint,
                                                              const Settings& settings);

// The listener at an address as parse_listen_address() reads it. Its protocol is what stands before it
// (`http:` or `fastcgi:`), or else that of the configured listener at this place, or else FastCGI. The secret
// is that of this place too; one that is not configured gets the first of all secrets, as the gateway itself
// gives them to sockets of the service manager. The error says what is wrong with the address.
[[nodiscard]] Result<ListenerToAsk, std::string> where_to_ask_at(std::string_view address,
                                                                 const Settings& settings);

}  // namespace session::gateway
