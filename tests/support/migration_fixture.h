#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/crypto/base64url.h"
#include "core/crypto/digest.h"
#include "core/format/express/express.h"
#include "core/format/session_store/session_store.h"
#include "tests/support/endpoint_fixture.h"
#include "tests/support/whole_format.h"

namespace session::test {

// Endpoints and managers of the native format that accept cookies of express-session and of session-store, in
// this order. The other side, which has still the old sessions, reads and writes `memory`.
struct TakeoverFixture : EndpointFixture {
  TakeoverFixture() {
    for (SessionManager* each : {&manager, &other}) accept_both(*each);
  }

  void accept_both(SessionManager& by) const {
    by.accept({express_format(express_options(), random), "connect.sid"});
    by.accept({session_store_format(SessionStoreFormatOptions(), random), "session-store"});
  }

  static ExpressFormatOptions express_options() {
    ExpressFormatOptions options;
    options.secrets.emplace_back("keyboard cat");
    return options;
  }
  static std::string express_record(const std::string& attributes) {
    return R"({"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"},)" +
           attributes.substr(1);
  }

  // What the other side does to its sessions.
  void express_writes(const std::string& id, const std::string& attributes) {
    put(express.store_key(id), express_record(attributes));
  }
  void session_store_writes(const std::string& id, const std::string& attributes) {
    put(session_store.store_key(id), attributes);
  }
  void put(const std::string& key, const std::string& bytes) {
    (void)run(memory.erase(key));
    (void)run(memory.create(key, Bytes(bytes), std::chrono::hours(24)));
  }
  void express_destroys(const std::string& id) { (void)run(memory.erase(express.store_key(id))); }

  std::string express_cookie(const std::string& id) {
    return "connect.sid=" + express.cookie(id, seconds(0));
  }
  std::string session_store_cookie(const std::string& id) {
    return "session-store=" + session_store.cookie(id, seconds(0));
  }

  std::optional<Entry> held(const std::string& key) { return std::move(*run(memory.load(key))); }
  std::string text_at(const std::string& key) {
    const auto entry = held(key);
    return entry ? std::string(entry->bytes.view()) : "nothing";
  }
  bool express_has(const std::string& id) { return held(express.store_key(id)).has_value(); }

  // What gateways of all versions must agree on.
  static std::string moved_id(const std::string& format, const std::string& id) {
    const auto digest = sha256("session-gateway takeover v1|" + format + "|", id);
    return base64url({digest.data(), digest.size()}).substr(0, 32);
  }
  std::string moved_key(const std::string& id) { return dialect.store_key(moved_id("express", id)); }
  std::string moved_cookie(const std::string& id) {
    return "__Host-session=" + dialect.cookie(moved_id("express", id), clock.unix_now());
  }

  gateway::Response commit(const std::string& cookie, const std::string& param, const std::string& value) {
    return answer(gateway::commit_endpoint, Asked("POST").with("HTTP_COOKIE", cookie).with(param, value));
  }
  gateway::Response change(const std::string& method, const std::string& cookie,
                           const std::string& body = "") {
    return answer(gateway::session_endpoint, Asked(method)
                                                 .with("HTTP_COOKIE", cookie)
                                                 .with("GATEWAY_ALLOW", "set,unset,destroy,regenerate")
                                                 .body(body));
  }
  gateway::Response auth(const std::string& cookie, const std::string& touch = "") {
    return answer(gateway::auth_endpoint,
                  Asked("GET").with("HTTP_COOKIE", cookie).with("GATEWAY_TOUCH", touch));
  }

  WholeExpress express{express_options(), random};
  WholeSessionStore session_store{SessionStoreFormatOptions(), random};
};

}  // namespace session::test
