#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/nginx/model/location_match.h"
#include "gateway/nginx/syntax/syntax.h"

namespace session::gateway {

// A block of an nginx configuration whose settings inner blocks inherit: http, server, location, and `if` or
// `limit_except` in a server or location (a branch).
class Context {
 public:
  enum class Level { http, server, location, branch };

  Context(const Directive& block, const Context* parent, Level level);

  [[nodiscard]] const Directive& block() const { return block_; }
  [[nodiscard]] const Place& place() const { return block_.place; }
  [[nodiscard]] const Context* parent() const { return parent_; }
  [[nodiscard]] Level level() const { return level_; }
  [[nodiscard]] const Context* enclosing(
      Level level) const;  // this context or the nearest enclosing one of that level; nullptr: none
  // The direct child locations, in the order of the file.
  [[nodiscard]] const std::vector<const Context*>& locations() const { return locations_; }
  // The `if` and `limit_except` blocks directly in it.
  [[nodiscard]] const std::vector<const Context*>& branches() const { return branches_; }

  // Returns a directive that a block can have once: the block's own, or else that of the nearest enclosing
  // block; nullptr: none.
  [[nodiscard]] const Directive* find(std::string_view name) const;
  // Returns the directives of a name that a block can have several times: the block's own if it has any, or
  // else those of the nearest enclosing block that has any. proxy_set_header, fastcgi_param, add_header and
  // error_page inherit in this way.
  [[nodiscard]] const std::vector<const Directive*>& list(std::string_view name) const;
  // Returns the block's own directives of a name, in the order of the file, without those of its branches.
  [[nodiscard]] const std::vector<const Directive*>& own(std::string_view name) const;

  // The paths that a location matches. REQUIRES: level() is location.
  [[nodiscard]] const LocationMatch& match() const { return *match_; }
  // The context for a message: "location /account/", or "if in location /account/".
  [[nodiscard]] std::string title() const;
  // True for a location that clients can't request.
  [[nodiscard]] bool internal() const;
  [[nodiscard]] bool named() const { return level_ == Level::location && block_.arg(0).starts_with('@'); }

 private:
  friend class Model;
  const Directive& block_;
  const Context* parent_;
  Level level_;
  std::optional<LocationMatch> match_;
  std::map<std::string_view, std::vector<const Directive*>> own_;
  std::vector<const Context*> locations_;
  std::vector<const Context*> branches_;
};

// A directive by which a location passes requests on: one of nginx's ..._pass directives.
struct Handler {
  const Directive* line = nullptr;  // fastcgi_pass ...
  std::string kind;                 // "proxy", "fastcgi", "uwsgi", "scgi", "grpc"
};

// The http block of an nginx configuration: the inheritance of settings, and which location serves a path.
// Immutable; keeps references into the directives, which must outlive it.
class Model {
 public:
  explicit Model(const std::vector<Directive>& configuration);
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  [[nodiscard]] bool has_http() const { return has_http_; }
  [[nodiscard]] const std::vector<const Context*>& servers() const { return servers_; }
  // All locations of all servers, and all branches in locations.
  [[nodiscard]] const std::vector<const Context*>& contexts() const { return contexts_; }
  // All branches directly in a server, outside of locations.
  [[nodiscard]] const std::vector<const Context*>& server_branches() const { return server_branches_; }
  // All directives of the http block, each before those inside it.
  [[nodiscard]] const std::vector<const Directive*>& all() const { return all_; }

  // Returns the block of an upstream; nullptr: there is none.
  [[nodiscard]] const Directive* upstream(std::string_view name) const;

  // Returns the handler of a context; a branch without one has that of its location. nullopt: nginx itself
  // handles the requests.
  [[nodiscard]] static std::optional<Handler> handler(const Context& context);
  // Returns the addresses that a handler passes requests to, in a canonical form, with 127.0.0.1 for every
  // name of the local machine. An address with variables is returned as it is.
  [[nodiscard]] std::set<std::string> addresses(const Handler& handler) const;
  // Returns the argument of a ..._pass directive without scheme and path. A variable to which every `set`
  // assigns the same constant is replaced by it; other variables stay.
  [[nodiscard]] std::string target(const Handler& handler) const;

  // Where nginx goes with a path: to a location, or to none (nullptr), so that the server's own settings
  // count.
  struct Routed {
    const Context* location = nullptr;
    bool unknown = false;  // a pattern on the way can't be evaluated
  };
  [[nodiscard]] static Routed routed(const Context& server, const std::string& path);
  // Returns the location that nginx chooses for a path in a server. nullptr: none, or it is unknown.
  [[nodiscard]] static const Context* route(const Context& server, const std::string& path);
  // Returns the location @name of a server; nullptr: none.
  [[nodiscard]] static const Context* named_location(const Context& server, std::string_view name);

  // Returns the text with the values of the variables to which every `set` assigns the same constant.
  [[nodiscard]] std::string with_constants(const std::string& text) const;

 private:
  Context& add(const Directive& block, const Context* parent, Context::Level level);
  void read_http(const Directive& block);
  void read_server(const Directive& block, const Context& http);
  void read_inside(Context& context);
  void collect(const Directive& block);
  void find_constants();

  bool has_http_ = false;
  std::vector<std::unique_ptr<Context>> storage_;
  std::vector<const Context*> servers_;
  std::vector<const Context*> contexts_;
  std::vector<const Context*> server_branches_;
  std::vector<const Directive*> all_;
  std::map<std::string, const Directive*, std::less<>> upstreams_;
  std::map<std::string, std::string, std::less<>> constants_;  // values by variable, without the $
};

// Returns the variable, with its $, that a directive assigns: `set`, `auth_request_set`, `map`, `geo` or
// `split_clients`. Returns "" for other directives.
[[nodiscard]] std::string assigned_by(const Directive& line);
// Returns the names of the variables in a text: $name and ${name}.
[[nodiscard]] std::vector<std::string> variables_in(std::string_view text);

}  // namespace session::gateway
