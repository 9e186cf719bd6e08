#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/run.h"
#include "core/format/native/native.h"
#include "core/store/memory/memory_store.h"
#include "gateway/endpoints/table.h"
#include "gateway/transport/fastcgi/records.h"

// Shared by the benchmarks without system calls: a worker's services over one stored session of about 350
// bytes, and nginx's auth request for it.

namespace session::gateway::bench {

inline constexpr std::string_view kAttributes =
    R"({"user":"alice","email":"alice@example.org","groups":["staff","admin"],"name":"Alice Example","theme":"dark",)"
    R"("language":"en-GB","cart":[{"sku":"A-1009","count":2},{"sku":"B-4711","count":1}],)"
    R"("last_seen":"2026-01-01T00:00:00Z","csrf":"b9d5a1f0c2e84f6d9a7b3c1e5f708192"})";

inline Format format() {
  NativeFormatOptions options;
  options.cookie_name = "__Host-session";
  options.keys.push_back(KeyMaterial{"k1", Secret(std::string(32, 'k'))});
  options.salt = Secret(std::string(32, 's'));
  return native_format(std::move(options), system_random());
}

// A worker's services over one stored session. `counted`: the metrics count the commands of the store, too.
struct AuthFixture {
  explicit AuthFixture(bool counted = false)
      : observed_store(counted ? store.observed_by(telemetry.store_observer()) : nullptr),
        sessions(observed_store ? *observed_store : store, format(),
                 std::make_shared<const Identity>(IdentitySettings{}), {}),
        rules({}),
        services{sessions, rules, telemetry} {
    Session session = sessions.create();
    Json attributes = *parse_json(kAttributes);
    if (!run(session.set(std::move(attributes), Flush::now))) std::abort();
    const std::string set_cookie = session.set_cookie().value();
    cookie = set_cookie.substr(0, set_cookie.find(';'));
  }

  Telemetry process{LogSettings{}};
  EndpointTable endpoints{process};
  WorkerTelemetry telemetry{process};
  MemoryStore store;
  std::unique_ptr<MemoryStore> observed_store;  // reports commands to the telemetry; nullptr: not counted
  SessionManager sessions;
  RuleSet rules;
  Services services;
  std::string cookie;
};

inline void append_pair(std::string& out, std::string_view name, std::string_view value) {
  out += static_cast<char>(name.size());
  if (value.size() < 128) {
    out += static_cast<char>(value.size());
  } else {
    out.append({'\x80', '\0', static_cast<char>(value.size() >> 8), static_cast<char>(value.size() & 0xff)});
  }
  out.append(name).append(value);
}

// Returns the FastCGI request that nginx sends with the snippets of conf/nginx.
inline std::string auth_request(const std::string& cookie) {
  std::string params;
  append_pair(params, "GATEWAY_ENDPOINT", "auth");
  append_pair(params, "HTTP_COOKIE", cookie);
  append_pair(params, "REQUEST_METHOD", "GET");
  append_pair(params, "REMOTE_ADDR", "127.0.0.1");
  std::string out;
  append_record(out, FCGI_BEGIN_REQUEST, 1, std::string_view("\0\1\1\0\0\0\0\0", 8));
  append_record(out, FCGI_PARAMS, 1, params);
  append_record(out, FCGI_PARAMS, 1, {});
  append_record(out, FCGI_STDIN, 1, {});
  return out;
}

}  // namespace session::gateway::bench
