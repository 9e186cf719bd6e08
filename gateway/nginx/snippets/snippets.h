#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// A file for nginx to include.
struct Snippet {
  std::string name;  // "session-gateway-http.conf"
  std::string text;
};

// The files of conf/nginx for this configuration: with its identity headers in the place of the default ones,
// and an upstream of the sockets and addresses that it listens on. For the defaults they are exactly
// conf/nginx. The error is a sentence for the operator: a header that nginx's files can't carry. Thread-safe.
[[nodiscard]] Result<std::vector<Snippet>, std::string> snippets(const Settings& settings);

// The address of this listener as an argument of a directive: unix:/run/a.sock, 127.0.0.1:9000, [::1]:9000.
// Quoted if necessary. For a listener on every address it is the loopback address.
[[nodiscard]] std::string upstream_address(const Listen& listen);

// Any text as one argument of an nginx directive, quoted only if nginx needs it.
[[nodiscard]] std::string nginx_argument(std::string_view text);

}  // namespace session::gateway
