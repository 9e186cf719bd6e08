#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace session::gateway {

// A host with a port, as an address names it.
struct HostAndPort {
  std::string host;        // in lower case; an IPv6 address in its canonical form, with brackets
  std::uint16_t port = 0;  // 0: none was named, which means the scheme's own
  bool operator==(const HostAndPort&) const = default;
};

// Reads "host", "host:port" or "[v6]:port" (RFC 3986, section 3.2, without user information). Takes no other
// spelling of a host: no percent-encoding, no characters other than ASCII, no dot at the end. nullopt: the
// text is not of this form.
[[nodiscard]] std::optional<HostAndPort> parse_host_and_port(std::string_view text);

// The hosts beside the site's own to which commits may send browsers (commit.redirect_hosts). Immutable after
// loading.
class RedirectHosts {
 public:
  // Adds "login.example.com", "example.com:8443" or ".example.com", which stands for every host below
  // example.com but not for itself. Returns false, and adds nothing, for any other text.
  bool add(std::string_view text);
  // Whether an address may name that host. An entry without a port is for the scheme's own port only.
  // `own_port`: that port.
  [[nodiscard]] bool allows(const HostAndPort& target, std::uint16_t own_port) const;
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  bool operator==(const RedirectHosts&) const = default;

 private:
  struct Entry {
    HostAndPort where;
    bool below = false;  // stands for the hosts below it
    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> entries_;
};

}  // namespace session::gateway
