#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/run.h"
#include "core/format/native/native.h"
#include "core/session/session_manager.h"
#include "core/store/memory/memory_store.h"
#include "tests/support/counted_random.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_store.h"
#include "tests/support/whole_format.h"

namespace session::test {

inline const std::string kOldSecret(32, 'o');
inline const std::string kNewSecret(32, 'n');
inline constexpr std::string_view kCookieName = "__Host-session";

inline NativeFormatOptions format_options(std::vector<KeyMaterial> keys) {
  return NativeFormatOptions{std::string(kCookieName), "session:", std::move(keys),
                             Secret("salt of the tests")};
}
// One key, k1.
inline NativeFormatOptions format_options() { return format_options({{"k1", Secret(kOldSecret)}}); }
// The key of before, k1, is now the second.
inline NativeFormatOptions rotated_options() {
  return format_options({{"k2", Secret(kNewSecret)}, {"k1", Secret(kOldSecret)}});
}

// Managers over one store, as threads or machines have them, and plain calls for what they do.
// `store` is scripted; `memory` is what is behind it, out of reach of the script.
struct SessionFixture {
  using Opened = SessionManager::Opened;

  SessionManager make_manager(NativeFormatOptions keys = format_options(),
                              SessionManagerOptions options = {}) {
    return make_manager(store, std::move(keys), std::move(options));
  }
  SessionManager make_manager(Store& over, NativeFormatOptions keys = format_options(),
                              SessionManagerOptions options = {}) {
    if (options.owner_id_keys.empty()) options.owner_id_keys = {Secret("owners of the tests")};
    if (options.log_id_key.empty()) options.log_id_key = Secret("names of the tests");
    return SessionManager(over, native_format(std::move(keys), random),
                          std::make_shared<Identity>(IdentitySettings()), std::move(options), clock);
  }

  [[nodiscard]] std::string cookie_of(const Session& session) {
    return std::string(kCookieName) + "=" + dialect.cookie(session.id(), clock.unix_now());
  }
  [[nodiscard]] std::string key_of(const Session& session) { return dialect.store_key(session.id()); }

  Result<Opened, StoreFailure> open(SessionManager& with, std::string_view header, Touch touch = Touch::on) {
    const std::vector<std::string_view> headers = {header};
    return run(with.open(headers, touch));
  }
  // The session of a cookie that is known to have one.
  Session opened(SessionManager& with, std::string_view header, Touch touch = Touch::off) {
    auto found = open(with, header, touch);
    if (!found || !found->session) throw std::runtime_error("no session for the cookie");
    return std::move(*found->session);
  }
  // Why a cookie has no session; "a session" if it has one, "an outage" if the store failed.
  std::string refusal(std::string_view header) {
    auto found = open(other, header, Touch::off);
    if (!found) return "an outage";
    return found->session ? "a session" : std::string(to_text(found->refusal));
  }

  // A stored session with these attributes.
  Session stored(Json attributes) {
    Session session = manager.create();
    if (!run(session.set(std::move(attributes), Flush::now))) throw std::runtime_error("not stored");
    return session;
  }
  // What the store holds for a cookie, as JSON text.
  std::string data_of(std::string_view header) { return to_text(opened(other, header).attributes()); }

  FakeClock clock;
  MemoryStore memory{MemoryStoreOptions(), clock};
  ScriptedStore store{memory};
  CountedRandom random;
  WholeNative dialect{format_options(), random};
  SessionManager manager = make_manager();
  SessionManager other = make_manager();
};

// What became of a write: "written", or the failure's name.
inline std::string outcome(const Result<void, WriteFailure>& written) {
  if (written) return "written";
  switch (written.error().kind) {
    case WriteFailure::Kind::store:
      return "store";
    case WriteFailure::Kind::gone:
      return "gone";
    case WriteFailure::Kind::too_large:
      return "too_large";
    case WriteFailure::Kind::malformed:
      return "malformed";
    case WriteFailure::Kind::reserved:
      return "reserved";
    case WriteFailure::Kind::too_many:
      return "too_many";
    case WriteFailure::Kind::unknown_lifetime:
      return "unknown_lifetime";
    case WriteFailure::Kind::lifetime_without_login:
      return "lifetime_without_login";
  }
  return "";
}

}  // namespace session::test
