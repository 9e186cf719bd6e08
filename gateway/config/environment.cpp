#include "gateway/config/environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

#include "gateway/config/listen_address.h"
#include "gateway/config/suggestions.h"

extern char** environ;

namespace session::gateway {
namespace {

using Kind = YamlNode::Kind;

constexpr std::string_view kPrefix = "SESSION_GATEWAY_";

// What a variable changes, and what it found to be wrong.
struct Applying {
  YamlNode& document;
  std::string_view value;
  AppliedOverrides& result;
  std::string variable;

  void sets(std::string key) const { result.overrides.push_back({variable, std::move(key)}); }
  void problem(std::string text) const { result.problems.push_back({0, variable, std::move(text)}); }
};

void drop(YamlNode& map, std::string_view name) {
  std::erase_if(map.entries, [&](const YamlEntry& entry) { return entry.name == name; });
}

// The member of that name; nullptr: there is none.
YamlNode* find(YamlNode& map, std::string_view name) {
  const auto found = std::find_if(map.entries.begin(), map.entries.end(),
                                  [&](const YamlEntry& entry) { return entry.name == name; });
  return found == map.entries.end() ? nullptr : &found->value;
}

// The member of that name, which is made if it is not there. nullptr: the node is no map, which its reader
// reports.
YamlNode* member(YamlNode& map, std::string_view name) {
  if (map.kind == Kind::null) map.kind = Kind::map;
  if (map.kind != Kind::map) return nullptr;
  if (YamlNode* there = find(map, name)) return there;
  map.entries.push_back({std::string(name), 0, YamlNode()});
  return &map.entries.back().value;
}

YamlNode* at(YamlNode& document, std::initializer_list<std::string_view> path) {
  YamlNode* node = &document;
  for (const std::string_view name : path) {
    if (node != nullptr) node = member(*node, name);
  }
  return node;
}

void put(YamlNode* node, YamlNode value) {
  if (node != nullptr) *node = std::move(value);
}

YamlNode secret_in_file(std::string_view path) {
  YamlNode secret;
  secret.kind = Kind::map;
  secret.entries.push_back({"file", 0, text_node(path)});
  return secret;
}

// The document's only listener; nullptr: it is reported that there are several, or a reader will report what
// stands there.
YamlNode* only_listener(const Applying& to) {
  YamlNode* list = member(to.document, "listen");
  if (list == nullptr || list->kind != Kind::list || list->items.empty()) return nullptr;
  if (list->items.size() == 1) return list->items.front().kind == Kind::map ? &list->items.front() : nullptr;
  to.problem("the file has " + std::to_string(list->items.size()) + " listeners: say it there");
  return nullptr;
}

// What the file says of its only listener stays, but for what only the other kind of socket has.
void set_listen(const Applying& to) {
  YamlNode list = listen_node(to.value);
  YamlEntry place = list.items.front().entries.front();
  to.sets("listen[0]." + place.name);
  YamlNode* there = member(to.document, "listen");
  if (there == nullptr) return;
  if (there->kind == Kind::null) {
    *there = std::move(list);
    return;
  }
  YamlNode* listener = only_listener(to);
  if (listener == nullptr) return;
  drop(*listener, "unix");
  drop(*listener, "tcp");
  if (place.name == "tcp") {
    drop(*listener, "mode");
    drop(*listener, "group");
  }
  listener->entries.push_back(std::move(place));
}

void set_listen_secret(const Applying& to) {
  to.sets("listen[0].secret");
  const YamlNode* list = member(to.document, "listen");
  if (list != nullptr && list->kind == Kind::null) {
    drop(to.document, "listen");
    return to.problem("needs SESSION_GATEWAY_LISTEN, or listen in the file");
  }
  YamlNode* listener = only_listener(to);
  if (listener != nullptr) put(member(*listener, "secret"), secret_in_file(to.value));
}

// ID:FILE, or several of them with commas between.
void set_keys(const Applying& to) {
  to.sets("keys");
  YamlNode keys;
  keys.kind = Kind::list;
  for (std::string_view rest = to.value; !rest.empty();) {
    const std::string_view one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    const auto colon = one.find(':');
    if (colon == one.npos || colon == 0 || colon + 1 == one.size())
      return to.problem("expected ID:FILE for each key, with commas between them");
    YamlNode key = secret_in_file(one.substr(colon + 1));
    key.entries.push_back({"id", 0, text_node(one.substr(0, colon))});
    keys.items.push_back(std::move(key));
  }
  put(member(to.document, "keys"), std::move(keys));
}

void set_redis_url(const Applying& to) {
  YamlNode* redis = at(to.document, {"store", "redis"});
  const YamlNode* topology = redis == nullptr ? nullptr : find(*redis, "topology");
  if (topology != nullptr && topology->kind == Kind::scalar && topology->text != "single")
    return to.problem("names one server, and store.redis.topology is " + escaped(topology->text) +
                      " in the file: say its servers there");
  to.sets("store.type");
  put(at(to.document, {"store", "type"}), text_node("redis"));
  to.sets("store.redis.url");
  put(at(to.document, {"store", "redis", "url"}), text_node(to.value));
}

void set_redis_password(const Applying& to) {
  to.sets("store.redis.password");
  put(at(to.document, {"store", "redis", "password"}), secret_in_file(to.value));
}

void set_salt(const Applying& to) {
  to.sets("salt");
  put(member(to.document, "salt"), secret_in_file(to.value));
}

void set_log_level(const Applying& to) {
  to.sets("log.level");
  put(at(to.document, {"log", "level"}), text_node(to.value));
}

// The one list. A secret of a listener goes to what the variable before it has made.
struct Variable {
  std::string_view name;
  void (*set)(const Applying& to);
  OverrideScope scope = OverrideScope::all;
};
constexpr std::array<Variable, 7> kVariables = {
    {{"SESSION_GATEWAY_LISTEN", set_listen, OverrideScope::listeners},
     {"SESSION_GATEWAY_LISTEN_SECRET_FILE", set_listen_secret, OverrideScope::listeners},
     {"SESSION_GATEWAY_REDIS_URL", set_redis_url},
     {"SESSION_GATEWAY_REDIS_PASSWORD_FILE", set_redis_password},
     {"SESSION_GATEWAY_KEY_FILES", set_keys},
     {"SESSION_GATEWAY_SALT_FILE", set_salt},
     {"SESSION_GATEWAY_LOG_LEVEL", set_log_level}}};

// Kubernetes tells every container where the services of its namespace are, in variables with their names: of
// a service session-gateway SESSION_GATEWAY_SERVICE_HOST, SESSION_GATEWAY_PORT and others, whose values begin
// with a protocol, an address or a port's number.
bool is_service_link(std::string_view name, std::string_view value) {
  if (name.ends_with("_SERVICE_HOST") || name.find("_SERVICE_PORT") != name.npos) return true;
  const bool url = value.starts_with("tcp://") || value.starts_with("udp://") || value.starts_with("sctp://");
  if (url && (name.ends_with("_PORT") || name.ends_with("_TCP") || name.ends_with("_UDP") ||
              name.ends_with("_SCTP")))
    return true;
  const auto port = name.rfind("_PORT_");
  const auto has = [&](std::string_view protocol) { return name.find(protocol, port) != name.npos; };
  return port != name.npos && (has("_TCP_") || has("_UDP_") || has("_SCTP_"));
}

bool is_known(std::string_view name) {
  return std::any_of(kVariables.begin(), kVariables.end(),
                     [&](const Variable& each) { return each.name == name; });
}

void report_unknown(const Environment& environment, AppliedOverrides& to) {
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(kPrefix) || is_known(name) || is_service_link(name, value)) continue;
    const auto names = override_names();
    std::string hint = suggestion(name, names);
    if (hint.empty()) hint = "; expected " + any_of(names);
    to.problems.push_back({0, escaped(name), "unknown variable of the environment" + hint});
  }
}

}  // namespace

Environment process_environment() {
  Environment found;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view line(*each);
    const auto equals = line.find('=');
    if (!line.starts_with(kPrefix) || equals == line.npos) continue;
    found.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string_view> override_names() {
  std::vector<std::string_view> names;
  for (const Variable& each : kVariables) names.push_back(each.name);
  return names;
}

AppliedOverrides apply_environment(const Environment& environment, YamlNode& document, OverrideScope scope) {
  AppliedOverrides result;
  for (const Variable& variable : kVariables) {
    if (scope == OverrideScope::listeners && variable.scope != scope) continue;
    const auto given = std::find_if(environment.begin(), environment.end(),
                                    [&](const auto& each) { return each.first == variable.name; });
    if (given == environment.end()) continue;
    const Applying to{document, given->second, result, given->first};
    if (given->second.empty()) {
      to.problem("is empty: give it a value, or leave it unset");
    } else {
      variable.set(to);
    }
  }
  if (scope == OverrideScope::all) report_unknown(environment, result);
  return result;
}

std::string variable_or_key(const std::string& key, const std::vector<Override>& overrides) {
  for (const Override& each : overrides) {
    if (!key.starts_with(each.key)) continue;
    const char next = key.size() > each.key.size() ? key[each.key.size()] : '.';
    if (next == '.' || next == '[') return each.variable;
  }
  return key;
}

void name_variables(Problems& problems, const std::vector<Override>& overrides) {
  for (Problem& problem : problems) {
    std::string name = variable_or_key(problem.key, overrides);
    if (name == problem.key) continue;
    problem.key = std::move(name);
    problem.line = 0;
  }
}

std::vector<std::string> set_by(const Environment& environment) {
  YamlNode empty;
  std::vector<std::string> lines;
  for (const Override& each : apply_environment(environment, empty).overrides)
    lines.push_back(each.variable + " sets " + each.key);
  return lines;
}

}  // namespace session::gateway
