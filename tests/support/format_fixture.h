#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/run.h"
#include "core/session/session_manager.h"
#include "core/store/memory/memory_store.h"
#include "tests/support/counted_random.h"
#include "tests/support/fake_clock.h"
#include "tests/support/forwarding_store.h"
#include "tests/support/scripted_store.h"
#include "tests/support/store_calls.h"
#include "tests/support/whole_format.h"

namespace session::test {

// As Redis has it: what was to live for longer than a year has no end.
class EndlessStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Answer<std::optional<Entry>> load(std::string key, LoadTerms terms) override {
    auto loaded = co_await inner_.load(std::move(key), terms);
    if (loaded && *loaded && (*loaded)->time_left > std::chrono::hours(24 * 365))
      (*loaded)->time_left = milliseconds::max();
    co_return loaded;
  }
};

// Sessions in the format of another library: managers over one store, and what is in it.
struct FormatFixture {
  using Make = std::function<Format(const Random&)>;

  FormatFixture(std::string name, const Make& make)
      : cookie_name(std::move(name)),
        format(make(random)),
        manager(make_manager(make)),
        other(make_manager(make)) {}

  SessionManager make_manager(const Make& make) {
    SessionManagerOptions options;
    options.cookie.name = cookie_name;
    return SessionManager(store, make(random), std::make_shared<Identity>(IdentitySettings()), options,
                          clock);
  }

  // What a client sends for an id.
  [[nodiscard]] std::string header_of(std::string_view id) {
    return cookie_name + "=" + format.cookies->cookie(id, clock.unix_now());
  }
  // As the library has written it; without an end, if no time is given.
  void write(std::string_view id, std::string_view record, milliseconds ttl = std::chrono::hours(24 * 3650)) {
    (void)erase(memory, key_of(id));
    (void)create(memory, key_of(id), record, ttl);
  }
  [[nodiscard]] std::string key_of(std::string_view id) const { return format.cookies->store_key(id); }
  [[nodiscard]] std::string record_of(std::string_view id) { return text_of(memory, key_of(id)); }
  [[nodiscard]] milliseconds time_left(std::string_view id) {
    return load(memory, key_of(id))->time_left.value();
  }

  SessionManager::Opened open(std::string_view header, Touch touch = Touch::on) {
    const std::vector<std::string_view> headers = {header};
    auto found = run(manager.open(headers, touch));
    if (!found) throw std::runtime_error("the store could not answer");
    return std::move(*found);
  }
  Session opened(std::string_view id, Touch touch = Touch::off) {
    SessionManager::Opened found = open(header_of(id), touch);
    if (!found.session) throw std::runtime_error("there is no session");
    return std::move(*found.session);
  }
  // Why an id has no session; "a session" if it has one.
  std::string refusal(std::string_view id) {
    const auto found = open(header_of(id), Touch::off);
    return found.session ? "a session" : std::string(to_text(found.refusal));
  }

  std::string cookie_name;
  FakeClock clock;
  MemoryStore memory{MemoryStoreOptions(), clock};
  EndlessStore endless{memory};
  ScriptedStore store{endless};
  CountedRandom random;
  Format format;
  SessionManager manager;
  SessionManager other;
};

}  // namespace session::test
