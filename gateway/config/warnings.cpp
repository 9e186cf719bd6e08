#include "gateway/config/warnings.h"

#include <algorithm>
#include <set>
#include <string>
#include <variant>

#include "core/base/secret.h"

namespace session::gateway {
namespace {

// Random bytes have many more, in any encoding.
constexpr std::size_t kFewBytes = 8;
constexpr seconds kUnitAllows{10};

Field within(const Field& map, std::string_view name) {
  Section section(map, Section::Names::shown);
  return section[name];
}

bool is_loopback(const std::string& address) { return address == "::1" || address.starts_with("127."); }

bool few_bytes(const Secret& secret) {
  const std::string_view bytes = secret.reveal();
  return std::set<char>(bytes.begin(), bytes.end()).size() < kFewBytes;
}

void warn_of_secrets(const Field& listener, const std::vector<Secret>& secrets) {
  if (std::any_of(secrets.begin(), secrets.end(), few_bytes)) {
    listener.warn(
        "this secret is not random: whoever guesses it can log in as anybody (session-gateway key new)");
  }
  if (secrets.size() == 2 && equal_in_constant_time(secrets[0].reveal(), secrets[1].reveal()))
    listener.warn("the two secrets are the same: that is no rotation");
}

// A Unix socket without a secret.
void warn_of_socket(const Field& listener, const ListenUnix& socket) {
  if ((socket.mode & 0002) != 0) {
    listener.warn(
        "every user of this machine can log in as anybody: give this socket a secret, and take it from them "
        "with mode \"0660\"");
  }
  if (socket.group) {
    listener.warn("every program of the group " + socket.group->name +
                  " can log in as anybody, not nginx alone: give this socket a secret");
  }
}

void warn_of_http(const Field& listener, const Listen& where) {
  const auto* tcp = std::get_if<ListenTcp>(&where);
  const std::set<Service>& serves = serves_of(where);
  const bool cookies = serves.count(Service::auth) > 0 || serves.count(Service::session) > 0 ||
                       serves.count(Service::sessions) > 0;
  if (tcp != nullptr && !is_loopback(tcp->host) && cookies)
    listener.warn("the cookies cross the network in clear text: keep this address in a network of your own");
}

void warn_of_listeners(Section& top, const Settings& settings) {
  if (!top["listen"].given()) return;
  const std::vector<Field> items = items_of(top["listen"]);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Listen& where = settings.listen.at(i);
    const std::vector<Secret>& secrets = settings.listen_secrets.at(i);
    // By HTTP nobody can say who somebody is, but an application that commits.
    if (protocol_of(where) == Protocol::http && serves_of(where).count(Service::commit) == 0) {
      warn_of_http(items[i], where);
      warn_of_secrets(items[i], secrets);
      continue;
    }
    if (const auto* tcp = std::get_if<ListenTcp>(&where); tcp != nullptr && !is_loopback(tcp->host)) {
      items[i].warn(secrets.empty()
                        ? "whoever reaches this address can log in as anybody: give it a secret, and keep it "
                          "in a network of your own"
                        : "the secret and the cookies cross the network in clear text: keep this address in "
                          "a network of your own");
    }
    const auto* const file = std::get_if<ListenUnix>(&where);
    if (file != nullptr && secrets.empty()) warn_of_socket(items[i], *file);
    warn_of_secrets(items[i], secrets);
  }
}

void warn_of_cookie(Section& top, const Settings& settings) {
  const Field cookie = top["cookie"];
  if (!settings.cookie.secure) {
    within(cookie, "secure")
        .warn("the session cookie crosses the network in clear text where a page is not HTTPS");
  }
  if (settings.cookie.same_site == SameSite::none) {
    within(cookie, "same_site")
        .warn(
            "requests that other sites cause carry the session: applications have to tell them apart "
            "themselves");
  }
  if (!settings.cookie.domain.empty()) {
    within(cookie, "domain").warn("every host below this domain sees the session cookie, and can plant one");
  }
}

void warn_of_keys(Section& top, const Settings& settings) {
  if (!top["keys"].given() || !settings.format->capabilities.configured_keys) return;
  const std::vector<Field> items = items_of(top["keys"]);
  const auto& keys = settings.keys;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (few_bytes(keys[i].secret)) {
      items[i].warn(
          "this secret is not random: whoever guesses it can forge every cookie (session-gateway key new)");
    }
    const auto same =
        std::find_if(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(i), [&](const auto& key) {
          return equal_in_constant_time(key.secret.reveal(), keys[i].secret.reveal());
        });
    if (same != keys.begin() + static_cast<std::ptrdiff_t>(i)) {
      items[i].warn("the same secret as keys[" + std::to_string(same - keys.begin()) +
                    "]: that is no rotation");
    }
  }
}

// systemd kills a service that has not stopped by then (TimeoutStopSec= of the unit).
void warn_of_limits(Section& top, const Settings& settings) {
  if (settings.limits.request_deadline <= kUnitAllows) return;
  within(top["limits"], "request_deadline")
      .warn("a stop may take so long, and systemd's unit allows it 15s: raise TimeoutStopSec= there, too");
}

void warn_of_session(Section& top, const Settings& settings) {
  if (settings.flush == FlushMode::behind) {
    within(top["session"], "flush")
        .warn("a change is lost if the store fails just after its answer has gone");
  }
  if (settings.session.touch_every == seconds(0)) {
    within(top["session"], "touch_every").warn("every check writes to the store");
  }
}

// Whoever names a file for sessions probably wants them in it.
void warn_of_memory_file(Section& top, const Settings& settings) {
  if (settings.store_type == StoreType::memory || settings.memory_file.path.empty()) return;
  within(within(top["store"], "memory"), "file")
      .warn(
          "not used with store.type redis: sessions are there; remove the file, or those that end there live "
          "again when it is used");
}

// Whoever configures the address of Redis probably wants to use it.
void warn_of_store(Section& top, const Settings& settings) {
  if (settings.store_type != StoreType::memory || within(top["store"], "type").given()) return;
  const Field redis = within(top["store"], "redis");
  const bool means_redis =
      within(redis, "url").given() || within(redis, "urls").given() || within(redis, "password").given();
  if (!means_redis) return;
  redis.warn(settings.memory_file.path.empty()
                 ? "not used without store.type redis: sessions are in memory, and end with the process"
                 : "not used without store.type redis: sessions are in memory, and in store.memory.file");
}

}  // namespace

void add_warnings(Section& top, const Settings& settings) {
  const ParseContext& context = top.field().context();
  if (context.lists_keys() || !context.problems().empty()) return;
  warn_of_listeners(top, settings);
  warn_of_cookie(top, settings);
  warn_of_keys(top, settings);
  warn_of_limits(top, settings);
  warn_of_session(top, settings);
  warn_of_store(top, settings);
  warn_of_memory_file(top, settings);
}

}  // namespace session::gateway
