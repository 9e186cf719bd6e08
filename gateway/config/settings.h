#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/authz/rule_set.h"
#include "core/cookie/attributes.h"
#include "core/cookie/key_ring.h"
#include "core/identity/identity.h"
#include "core/record/policy.h"
#include "core/store/memory/memory_store.h"
#include "core/store/redis/connection/options.h"

namespace session::gateway {

// Everything that a configuration file can say. The defaults are these initialisers and nowhere else;
// conf/gateway.yaml shows them, and a test compares the two.

// Where the gateway listens: a Unix socket or a TCP address.
struct ListenUnix {
  std::string path;
  unsigned mode = 0660;  // permission bits of the socket file
  bool operator==(const ListenUnix&) const = default;
};
struct ListenTcp {
  std::string host;  // a numeric IPv4 or IPv6 address, without brackets
  std::uint16_t port = 0;
  bool operator==(const ListenTcp&) const = default;
};
using Listen = std::variant<ListenUnix, ListenTcp>;

struct Limits {
  std::size_t connections = 10000;             // open at once; one more is refused
  std::size_t request_bytes = 131072;          // one FastCGI request, headers and body
  milliseconds request_deadline = seconds(5);  // from a request's first byte to the last of its answer
};

// Whether answers wait for the store to have the change.
enum class FlushMode { wait, behind };

// Where sessions are kept.
enum class StoreType { memory, redis };

// Whose cookies and records: the gateway's own, or those of a library that a site has used so far.
enum class DialectType { native, session_store, express };
struct ExpressSettings {
  std::vector<Secret> secrets;  // the first signs, all verify
  std::string prefix = "sess:";
  seconds ttl = std::chrono::hours(24);
  std::string cookie_name = "connect.sid";  // of sessions to be accepted
};
struct SessionStoreSettings {
  Secret salt = Secret("session-salt");       // of sessions to be accepted
  std::string cookie_name = "session-store";  // likewise
};

enum class LogLevel { debug, info, warning, error };
enum class LogFormat { text, json };
// Where it is written down what became of sessions.
enum class AuditTarget { standard_error, off, file };
struct AuditSettings {
  AuditTarget target = AuditTarget::standard_error;
  std::string file = {};  // absolute
};
struct LogSettings {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;
  AuditSettings audit = {};
};

struct Settings {
  std::vector<Listen> listen = {ListenUnix{"/run/session-gateway/gateway.sock", 0660}};
  std::optional<unsigned> workers;  // threads; nullopt (auto): one per core
  Limits limits;
  CookieAttributes cookie;
  Secret salt;                    // empty, with no keys: random for this process
  std::vector<KeyMaterial> keys;  // empty: one random key for this process
  bool random_keys = false;       // whether keys and salt are such, made because the file has none
  Policy session;
  FlushMode flush = FlushMode::wait;
  StoreType store_type = StoreType::memory;
  MemoryStoreOptions memory;  // read and checked whichever the type is, like the next
  RedisStoreOptions redis;
  IdentitySettings identity;
  std::vector<Rule> rules;
  DialectType dialect = DialectType::native;
  std::vector<DialectType> accept;  // whose sessions move to the native dialect when they are met
  ExpressSettings express;
  SessionStoreSettings session_store;
  LogSettings log;

  // The line of each key that the file has, by its dotted name.
  std::map<std::string, int, std::less<>> lines;
  // What the file says that is risky and all the same allowed, as lines for the operator.
  std::vector<std::string> warnings;
};

}  // namespace session::gateway
