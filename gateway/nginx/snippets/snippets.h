#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// A file for nginx to include.
struct Snippet {
  std::string name;  // "session-gateway-http.conf"
  std::string text;
  bool secret = false;  // for its owner's eyes only
};

// The file with the secret of `listen`, which the others include.
inline constexpr std::string_view kSecretSnippet = "session-gateway-secret.conf";

// The files of conf/nginx for this configuration: with its identity headers and session cookies in the place
// of the default ones, and an upstream of the sockets and addresses that it listens on. For the defaults they
// are exactly conf/nginx. With a secret under `listen` there is one file more, kSecretSnippet, and the others
// include it from `directory`, an absolute path; without a directory, from where the package has it. The
// error is a sentence for the operator: what nginx's files can't carry. Thread-safe.
[[nodiscard]] Result<std::vector<Snippet>, std::string> snippets(const Settings& settings,
                                                                 const std::string& directory = {});

// A pattern (PCRE) that finds the names of all cookies that open sessions of this configuration: the
// gateway's own, and those of the formats that it accepts. The files of conf/nginx have it in the maps that
// take these cookies away from applications.
[[nodiscard]] std::string session_cookies(const Settings& settings);

// The address of this listener as an argument of a directive: unix:/run/a.sock, 127.0.0.1:9000, [::1]:9000.
// Quoted if necessary. For a listener on every address it is the loopback address.
[[nodiscard]] std::string upstream_address(const Listen& listen);

// Any text as one argument of an nginx directive, quoted only if nginx needs it.
[[nodiscard]] std::string nginx_argument(std::string_view text);

}  // namespace session::gateway
