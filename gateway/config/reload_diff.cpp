#include "gateway/config/reload_diff.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace session::gateway {
namespace {

Secret password_of(const PasswordSource& source) { return source ? source() : Secret(); }

bool same(const Secret& a, const Secret& b) { return equal_in_constant_time(a.reveal(), b.reveal()); }

bool same_password(const PasswordSource& a, const PasswordSource& b) {
  return same(password_of(a), password_of(b));
}

struct RestartSetting {
  std::string_view key;
  bool (*same)(const Settings& a, const Settings& b);
};

// Everything of the store is here: a process with two stores would split the sessions between
// them.
constexpr std::array kRows = {
    RestartSetting{"listen", [](const Settings& a, const Settings& b) { return a.listen == b.listen; }},
    RestartSetting{"admin.unix",
                   [](const Settings& a, const Settings& b) { return a.admin.socket == b.admin.socket; }},
    RestartSetting{"workers", [](const Settings& a, const Settings& b) { return a.workers == b.workers; }},
    RestartSetting{"limits.request_bytes",
                   [](const Settings& a, const Settings& b) {
                     return a.limits.request_bytes == b.limits.request_bytes;
                   }},
    RestartSetting{"store.type",
                   [](const Settings& a, const Settings& b) { return a.store_type == b.store_type; }},
    RestartSetting{
        "store.memory.max_bytes",
        [](const Settings& a, const Settings& b) { return a.memory.max_bytes == b.memory.max_bytes; }},
};

// These matter only if sessions are in memory.
constexpr std::array kMemoryRows = {
    RestartSetting{
        "store.memory.file",
        [](const Settings& a, const Settings& b) { return a.memory_file.path == b.memory_file.path; }},
    RestartSetting{"store.memory.durability",
                   [](const Settings& a, const Settings& b) {
                     return a.memory_file.durability == b.memory_file.durability;
                   }},
};

// These matter only if sessions are in Redis.
constexpr std::array kRedisRows = {
    RestartSetting{"store.redis.url",
                   [](const Settings& a, const Settings& b) {
                     return a.redis.addresses == b.redis.addresses && a.redis.database == b.redis.database &&
                            a.redis.tls.has_value() == b.redis.tls.has_value();
                   }},
    RestartSetting{"store.redis.topology",
                   [](const Settings& a, const Settings& b) { return a.redis.topology == b.redis.topology; }},
    RestartSetting{
        "store.redis.master_name",
        [](const Settings& a, const Settings& b) { return a.redis.master_name == b.redis.master_name; }},
    RestartSetting{"store.redis.user",
                   [](const Settings& a, const Settings& b) { return a.redis.user == b.redis.user; }},
    RestartSetting{"store.redis.password",
                   [](const Settings& a, const Settings& b) {
                     return same_password(a.redis.password, b.redis.password);
                   }},
    RestartSetting{
        "store.redis.sentinel_user",
        [](const Settings& a, const Settings& b) { return a.redis.sentinel_user == b.redis.sentinel_user; }},
    RestartSetting{"store.redis.sentinel_password",
                   [](const Settings& a, const Settings& b) {
                     return same_password(a.redis.sentinel_password, b.redis.sentinel_password);
                   }},
    RestartSetting{"store.redis.tls",
                   [](const Settings& a, const Settings& b) {
                     return !a.redis.tls || !b.redis.tls || a.redis.tls == b.redis.tls;
                   }},
    RestartSetting{"store.redis.prefix",
                   [](const Settings& a, const Settings& b) { return a.redis.prefix == b.redis.prefix; }},
    RestartSetting{"store.redis.deadline",
                   [](const Settings& a, const Settings& b) { return a.redis.deadline == b.redis.deadline; }},
    RestartSetting{"store.redis.anonymous_bytes",
                   [](const Settings& a, const Settings& b) {
                     return a.redis.expendable_bytes == b.redis.expendable_bytes;
                   }},
    RestartSetting{
        "store.redis.near_cache",
        [](const Settings& a, const Settings& b) { return a.redis.near_cache == b.redis.near_cache; }},
    RestartSetting{"store.redis.connect_deadline",
                   [](const Settings& a, const Settings& b) {
                     return a.redis.connect_deadline == b.redis.connect_deadline;
                   }},
};

// The line of a key, or of its map; 0: the file has neither, so the default is in use.
int line_of(const Settings& settings, std::string_view key) {
  for (;;) {
    if (const auto found = settings.lines.find(key); found != settings.lines.end()) return found->second;
    const auto dot = key.rfind('.');
    if (dot == key.npos) return 0;
    key = key.substr(0, dot);
  }
}

template <class Rows>
void compare(const Rows& rows, const Settings& served, const Settings& next, Problems& problems) {
  for (const RestartSetting& row : rows) {
    if (row.same(served, next)) continue;
    problems.push_back(
        {line_of(next, row.key), std::string(row.key), "changed, which counts only after a restart"});
  }
}

bool signs(const Settings& settings, const std::string& id, const Secret& secret) {
  return std::any_of(settings.keys.begin(), settings.keys.end(),
                     [&](const KeyMaterial& key) { return key.id == id && same(key.secret, secret); });
}

void compare_keys(const Settings& served, const Settings& next, std::vector<std::string>& effects) {
  if (!same(served.salt, next.salt)) {
    effects.emplace_back("the salt is another one: all sessions from before are lost");
    return;
  }
  for (const KeyMaterial& key : served.keys) {
    if (!signs(next, key.id, key.secret)) {
      effects.push_back("key " + key.id + " is gone: cookies under it are refused from now on");
    }
  }
  const bool fresh = !next.keys.empty() && !signs(served, next.keys.front().id, next.keys.front().secret);
  if (fresh && !served.keys.empty()) {
    effects.push_back(
        "key " + next.keys.front().id +
        " signs without having been known before: other gateways of this installation need it now");
  }
}

SharedSecret store_key_source(const Settings& settings) {
  const FormatRow& format = *settings.format;
  return format.store_key_source == nullptr ? SharedSecret() : format.store_key_source(settings);
}

// The file says what the keys of its sessions depend on. With another value a restart would set it aside, and
// with it the sessions that are written into it until then.
void compare_store_keys(const Settings& served, const Settings& next, Problems& problems) {
  if (!served.has_memory_file() || !next.has_memory_file()) return;
  const SharedSecret before = store_key_source(served);
  const SharedSecret after = store_key_source(next);
  std::string changed;
  if (served.format->name != next.format->name) {
    changed = "dialect";
  } else if (!same(before.value, after.value)) {
    changed = after.setting;
  }
  if (changed.empty()) return;
  problems.push_back({line_of(next, changed), changed,
                      "changed, which counts only after a restart, as the file of sessions depends on it"});
}

bool is_among(const Secret& secret, const std::vector<Secret>& secrets) {
  return std::any_of(secrets.begin(), secrets.end(), [&](const Secret& each) { return same(secret, each); });
}

// Both have the same listeners: others need a restart. nginx sends the first secret of a list.
void compare_listen_secrets(const Settings& served, const Settings& next, std::vector<std::string>& effects) {
  for (std::size_t i = 0; i < std::min(served.listen_secrets.size(), next.listen_secrets.size()); ++i) {
    const std::vector<Secret>& before = served.listen_secrets[i];
    const std::vector<Secret>& after = next.listen_secrets[i];
    const std::string name = "listen[" + std::to_string(i) + "]";
    if (!before.empty() && after.empty()) {
      effects.push_back(name + " has no secret any more: whoever can connect can log in as anybody");
    } else if (!after.empty() && (before.empty() || !is_among(before.front(), after))) {
      effects.push_back(name +
                        ".secret is another one: requests without it are refused until nginx sends it");
    }
  }
}

// Browsers keep a cookie under its name, domain and path, and send all that match.
void compare_cookies(const CookieAttributes& served, const Settings& settings,
                     std::vector<std::string>& effects) {
  const CookieAttributes& next = settings.cookie;
  if (served.name != next.name) {
    effects.emplace_back("the cookie has another name: browsers with the former one have to log in again");
    return;
  }
  const bool moved = served.domain != next.domain || served.path != next.path;
  const bool removed = std::any_of(settings.former_cookies.begin(), settings.former_cookies.end(),
                                   [&](const CookieAttributes& former) {
                                     return former.domain == served.domain && former.path == served.path;
                                   });
  if (moved && !removed) {
    effects.emplace_back(
        "the cookie has another domain or path: browsers keep the former one beside it, and send both "
        "until a login or a logout removes it, which needs its domain and path in cookie.former");
  } else if (moved) {
    effects.emplace_back(
        "the cookie has another domain or path: browsers send both until the next login or logout, which "
        "removes the former one");
  }
  if (!served.secure && next.secure) {
    effects.emplace_back(
        "the cookie is Secure from now on: browsers take and send it over HTTPS only, and keep the one they "
        "have until it is replaced");
  } else if (served.secure && !next.secure) {
    effects.emplace_back(
        "the cookie is not Secure any more: over plain HTTP browsers refuse to replace a Secure one that "
        "they "
        "have, so a login there does not count until it has gone");
  }
}

std::size_t anonymous_max_bytes(const Settings& settings) { return settings.session.of(false).max_bytes; }

// What a smaller limit does to records that exist already.
void compare_limits(const Settings& served, const Settings& next, std::vector<std::string>& effects) {
  if (next.session.max_bytes < served.session.max_bytes) {
    std::string effect = "session.max_bytes is smaller: records above it can't grow";
    if (next.store_type == StoreType::redis) {
      effect += ", and those above " + std::to_string(max_readable_bytes(next.session)) +
                " bytes are `malformed`: their users have to log in again";
    }
    if (!next.accept.empty()) effect += "; sessions of other formats above it don't migrate";
    effects.push_back(std::move(effect));
  }
  if (anonymous_max_bytes(next) < anonymous_max_bytes(served)) {
    effects.emplace_back(
        "session.anonymous.max_bytes, or session.max_bytes below it, is smaller: records without a subject "
        "above it can't grow");
  }
}

}  // namespace

Problems reload_diff(const Settings& served, const Settings& next) {
  Problems problems;
  compare(kRows, served, next, problems);
  const bool redis = served.store_type == StoreType::redis && next.store_type == StoreType::redis;
  if (redis) compare(kRedisRows, served, next, problems);
  const bool memory = served.store_type == StoreType::memory && next.store_type == StoreType::memory;
  if (memory) compare(kMemoryRows, served, next, problems);
  compare_store_keys(served, next, problems);
  return problems;
}

std::vector<std::string> effects_on_sessions(const Settings& served, const Settings& next) {
  std::vector<std::string> effects;
  compare_listen_secrets(served, next, effects);
  if (served.format->capabilities.configured_keys && next.format->capabilities.configured_keys) {
    compare_keys(served, next, effects);
  }
  if (served.format->name != next.format->name) {
    effects.emplace_back("the dialect is another one: only formats under `accept` are still known");
  }
  compare_cookies(served.cookie, next, effects);
  compare_limits(served, next, effects);
  return effects;
}

}  // namespace session::gateway
