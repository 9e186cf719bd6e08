#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/nginx/model/gateway_usage.h"

namespace session::gateway {

// A place that serves a request without having checked it as it should: a location, a branch in one, or a
// server outside of its locations.
struct OpenEnd {
  const Context* context = nullptr;
  std::string path;            // the address on which it goes on
  bool keeps_address = false;  // the address is, or is made of, the one that was asked for
};

struct OpenEnds {
  std::vector<OpenEnd> ends;
  bool unknown = false;  // there may be others: a target or a pattern can't be evaluated
};

// Whether a place serves requests without having checked them as it should.
using Admits = std::function<bool(const Context& place)>;

// Returns true if a location, or what surrounds it, asks who comes: a check, a password or `deny`.
[[nodiscard]] bool is_closed(const Context& context);
// Returns true if it has a password or `deny`, whatever check it has.
[[nodiscard]] bool has_other_lock(const Context& context);

// Follows requests within a server as nginx does it, by `rewrite`, `try_files`, `echo_exec` and named
// locations, up to the places that serve them. A location that does not admit them, or has a `return` of its
// own, and a location of the gateway, ends a way. Keeps references; for one thread.
class RedirectWalk {
 public:
  // `admits`: by default, places that are not closed.
  RedirectWalk(
      const GatewayUsage& usage, const Context& server,
      Admits admits = [](const Context& place) { return !is_closed(place); })
      : usage_(usage), server_(server), admits_(std::move(admits)) {}

  // Returns where an internal redirect to `target`, which is an address, @name or a variable, takes a request
  // for this path. `again`: error pages of the places on the way count (recursive_error_pages).
  [[nodiscard]] OpenEnds redirected(const std::string& target, const std::string& path, bool again = false);
  // Returns where a `rewrite` of a location takes a request for this path; unknown if it does not match.
  [[nodiscard]] OpenEnds rewritten(const Directive& line, const std::string& path);
  // The same for requests of a location: of its addresses and the pattern's one is tried that the pattern
  // matches.
  [[nodiscard]] OpenEnds rewritten_in(const Context& location, const Directive& line);
  // Returns where a client's request for this path goes. nginx has normalised the path. `again`: also where
  // the error pages of the places lead that serve it.
  [[nodiscard]] OpenEnds requested(const std::string& path, bool again = false);

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
  Admits admits_;
  bool again_ = false;
  OpenEnds found_;
  std::set<std::pair<const Context*, std::string>> seen_;
};

// Whether a `rewrite` sends clients to another address, instead of going on by itself.
[[nodiscard]] bool sends_away(const Directive& rewrite);
// Whether a line is a `rewrite` by which nginx goes on in the location of another address.
[[nodiscard]] bool leads_to_location(const Directive& line);

// Returns a path that a location answers, for example /account/x. nullopt: none is known.
[[nodiscard]] std::optional<std::string> path_in(const Context& location);

// Returns what a place does with a request for a protected location that got there without a check, in words
// for a message: "passes it to the application" or "serves the same files"; "" if neither.
[[nodiscard]] std::string undone_by(const GatewayUsage& usage, const Context& location, const OpenEnd& end);

}  // namespace session::gateway
