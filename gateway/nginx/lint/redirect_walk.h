#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/nginx/model/gateway_usage.h"

namespace session::gateway {

// A place that serves a request without having checked it: a location, a branch in one, or a server outside
// of its locations.
struct OpenEnd {
  const Context* context = nullptr;
  std::string path;            // the address on which it goes on
  bool keeps_address = false;  // the address is, or is made of, the one that was asked for
};

struct OpenEnds {
  std::vector<OpenEnd> ends;
  bool unknown = false;  // there may be others: a target or a pattern can't be evaluated
};

// Follows requests within a server as nginx does it, by `rewrite`, `try_files`, `echo_exec` and named
// locations, up to the places that serve them. A location with a check, with a password, with `deny` or with
// a `return` of its own, and a location of the gateway, ends a way. Keeps references; for one thread.
class RedirectWalk {
 public:
  RedirectWalk(const GatewayUsage& usage, const Context& server) : usage_(usage), server_(server) {}

  // Returns where an internal redirect to `target`, which is an address, @name or a variable, takes a request
  // for this path. `again`: error pages of the places on the way count (recursive_error_pages).
  [[nodiscard]] OpenEnds redirected(const std::string& target, const std::string& path, bool again = false);
  // Returns where a `rewrite` of a location takes a request for this path; unknown if it does not match.
  [[nodiscard]] OpenEnds rewritten(const Directive& line, const std::string& path);
  // Returns where a client's request for this path goes. nginx has normalised the path.
  [[nodiscard]] OpenEnds requested(const std::string& path);

 private:
  // A request on its way.
  struct Way {
    std::string path;
    bool keeps_address = true;
    int steps = 0;
  };
  using Captures = std::map<std::string, std::string>;
  // What a text with variables may be.
  struct Expanded {
    std::vector<std::string> texts;
    bool keeps_address = false;
  };

  void go_to(const std::string& target, const Way& way, const Captures& captures);
  void route(const Way& way);
  void visit(const Context& context, Way way);
  // Runs a block's rewrite directives, and returns false if they end the way.
  bool rewrite(const Context& context, Way& way);
  bool rewrite_line(const Directive& line, Way& way);
  void serve(const Context& context, const Way& way);
  [[nodiscard]] Expanded expanded(const std::string& text, const Way& way, const Captures& captures);
  [[nodiscard]] std::vector<std::string> values_of(const std::string& variable) const;

  const GatewayUsage& usage_;
  const Context& server_;
  bool again_ = false;
  OpenEnds found_;
  std::set<std::pair<const Context*, std::string>> seen_;
};

// Whether a line is a `rewrite` by which nginx goes on in the location of another address.
[[nodiscard]] bool leads_to_location(const Directive& line);

// Returns a path that a location answers, for example /account/x. nullopt: none is known.
[[nodiscard]] std::optional<std::string> path_in(const Context& location);

// Returns what a place does with a request for a protected location that got there without a check, in words
// for a message: "passes it to the application" or "serves the same files"; "" if neither.
[[nodiscard]] std::string undone_by(const GatewayUsage& usage, const Context& location, const OpenEnd& end);

// Returns true if a location, or what surrounds it, asks who comes: a check, a password or `deny`.
[[nodiscard]] bool is_closed(const Context& context);

}  // namespace session::gateway
