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

// A block of an nginx configuration whose settings others inherit: http, server, location, and what stands in
// a location or server as `if` or `limit_except` (a branch).
class Context {
 public:
  enum class Level { http, server, location, branch };

  Context(const Directive& block, const Context* parent, Level level);

  [[nodiscard]] const Directive& block() const { return block_; }
  [[nodiscard]] const Place& place() const { return block_.place; }
  [[nodiscard]] const Context* parent() const { return parent_; }
  [[nodiscard]] Level level() const { return level_; }
  [[nodiscard]] const Context* enclosing(Level level) const;  // this one, or one around it; nullptr: none
  // The locations directly in this one, in their order.
  [[nodiscard]] const std::vector<const Context*>& locations() const { return locations_; }

  // A directive that a block can have once: its own, or else that of the nearest block around it; nullptr:
  // none.
  [[nodiscard]] const Directive* find(std::string_view name) const;
  // A directive that a block can have several times: its own if it has any, or else those of the nearest
  // block around it that has. That is how proxy_set_header, fastcgi_param, add_header, error_page and the
  // like inherit.
  [[nodiscard]] const std::vector<const Directive*>& list(std::string_view name) const;
  // The block's own, in their order; those of branches are not.
  [[nodiscard]] const std::vector<const Directive*>& own(std::string_view name) const;

  // What addresses a location is for. REQUIRES: level() is location.
  [[nodiscard]] const LocationMatch& match() const { return *match_; }
  // "location /account/", or "if in location /account/"; for people.
  [[nodiscard]] std::string title() const;
  // A location that clients cannot ask for.
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
};

// How a location hands requests to something else: one of nginx's ..._pass directives.
struct Handler {
  const Directive* line = nullptr;  // fastcgi_pass ...
  std::string kind;                 // "proxy", "fastcgi", "uwsgi", "scgi", "grpc"
};

// The http part of an nginx configuration: what inherits from what, and which location serves an address.
// Immutable; keeps references into the directives, which must outlive it.
class Model {
 public:
  explicit Model(const std::vector<Directive>& configuration);
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  [[nodiscard]] bool has_http() const { return has_http_; }
  [[nodiscard]] const std::vector<const Context*>& servers() const { return servers_; }
  // Every location of all servers, and every branch in one.
  [[nodiscard]] const std::vector<const Context*>& contexts() const { return contexts_; }
  // Every `if` that stands in a server, outside of locations.
  [[nodiscard]] const std::vector<const Context*>& server_branches() const { return server_branches_; }
  // Every directive of the http part, outer ones first.
  [[nodiscard]] const std::vector<const Directive*>& all() const { return all_; }

  // The block of that upstream; nullptr: there is none.
  [[nodiscard]] const Directive* upstream(std::string_view name) const;

  // What handles requests there; a branch has that of its location unless it has its own. nullopt: nginx
  // itself.
  [[nodiscard]] static std::optional<Handler> handler(const Context& context);
  // The addresses that a handler passes to, one spelling for each, with 127.0.0.1 for every name of the local
  // machine; what holds variables stands for itself.
  [[nodiscard]] std::set<std::string> addresses(const Handler& handler) const;
  // The name behind ..._pass: without scheme and path. A variable that every `set` of it gives the same words
  // stands for these; others stay.
  [[nodiscard]] std::string target(const Handler& handler) const;

  // The location that serves this path in that server, as nginx finds it. nullptr: none, or it can't be told.
  [[nodiscard]] static const Context* route(const Context& server, const std::string& path);
  // The location @name of that server; nullptr: none.
  [[nodiscard]] static const Context* named_location(const Context& server, std::string_view name);

 private:
  Context& add(const Directive& block, const Context* parent, Context::Level level);
  void read_http(const Directive& block);
  void read_server(const Directive& block, const Context& http);
  void read_inside(Context& context);
  void collect(const Directive& block);
  void find_constants();
  [[nodiscard]] std::string with_constants(const std::string& text) const;

  bool has_http_ = false;
  std::vector<std::unique_ptr<Context>> storage_;
  std::vector<const Context*> servers_;
  std::vector<const Context*> contexts_;
  std::vector<const Context*> server_branches_;
  std::vector<const Directive*> all_;
  std::map<std::string, const Directive*, std::less<>> upstreams_;
  std::map<std::string, std::string, std::less<>> constants_;  // variables, without the $
};

// The variable that a line of the configuration gives a value to: `set`, `auth_request_set`, `map`, `geo`,
// `split_clients`. With its $; "": the line gives none a value.
[[nodiscard]] std::string assigned_by(const Directive& line);
// The names of the variables in a text: $name and ${name}.
[[nodiscard]] std::vector<std::string> variables_in(std::string_view text);

}  // namespace session::gateway
