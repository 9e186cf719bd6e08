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

// Where nginx reaches this listener, as an argument of a directive: unix:/run/a.sock, 127.0.0.1:9000,
// [::1]:9000. In quotes if it needs them. One that listens on every address is reached over loopback.
[[nodiscard]] std::string upstream_address(const Listen& listen);

// A text as one argument of an nginx directive, whatever it holds; as it is where nginx needs no quotes.
[[nodiscard]] std::string nginx_argument(std::string_view text);

}  // namespace session::gateway
