#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/store/store.h"

namespace session::test {

// A store that hands everything on to another, counts the calls, and misbehaves as told.
//
// A hook runs on the caller's thread just before a call reaches the other store: what another request would
// do between two calls of the one under test. It may use core/base/run.h, as the other store answers at once.
// Not thread-safe.
class ScriptedStore final : public Store {
 public:
  enum Call : std::size_t {
    load_call,
    create_call,
    replace_call,
    touch_call,
    erase_call,
    erase_if_call,
    owned_call,
    own_call,
    disown_call,
    keys_call,
    any_call
  };
  using Hook = std::function<void()>;

  explicit ScriptedStore(Store& inner) : inner_(inner) {}

  // Runs the hook before the nth call of that kind from now on (1: the next), once.
  void before(Call call, Hook hook, int nth = 1) {
    script(call).hooks.emplace_back(count(call) + nth, std::move(hook));
  }
  // Runs the hook before every call of that kind, but not for calls that the hook itself makes.
  void before_each(Call call, Hook hook) { script(call).each = std::move(hook); }

  // The nth call of that kind from now on fails, and does nothing.
  void fail(Call call, int nth = 1) { script(call).fails_at = count(call) + nth; }
  // The nth call of that kind from now on is done, but its answer is lost on the way.
  void lose_answer(Call call, int nth = 1) { script(call).loses_at = count(call) + nth; }
  // All calls fail, and do nothing, until told otherwise.
  void fail_all(bool failing = true) { failing_ = failing; }

  // Loads say no time left from now on, unless they are asked for it: as those of a store that has to ask.
  void tell_no_more_than_asked() { tells_no_more_ = true; }
  // Entries are stale from now on, where a copy will do, and no call is answered else.
  void answer_by_copies() { by_copies_ = failing_ = true; }
  // The terms of all loads.
  [[nodiscard]] const std::vector<LoadTerms>& loads() const { return loads_; }

  [[nodiscard]] int count(Call call) const { return scripts_[call].count; }
  [[nodiscard]] int count() const { return count(any_call); }

  Answer<std::optional<Entry>> load(std::string key, LoadTerms terms) override {
    loads_.push_back(terms);
    if (by_copies_ && terms.copy == LoadTerms::Copy::will_do) return load_stale(std::move(key), terms);
    return scripted<std::optional<Entry>>(load_call, load_as_told(std::move(key), terms));
  }
  Answer<CreateOutcome> create(std::string key, Bytes bytes, StoreTerms terms) override {
    return scripted<CreateOutcome>(create_call, inner_.create(std::move(key), std::move(bytes), terms));
  }
  Answer<ReplaceOutcome> replace(std::string key, Bytes expected, Bytes bytes, StoreTerms terms) override {
    return scripted<ReplaceOutcome>(
        replace_call, inner_.replace(std::move(key), std::move(expected), std::move(bytes), terms));
  }
  Answer<TouchOutcome> touch(std::string key, StoreTerms terms) override {
    return scripted<TouchOutcome>(touch_call, inner_.touch(std::move(key), terms));
  }
  Answer<EraseOutcome> erase(std::string key, std::string owner) override {
    return scripted<EraseOutcome>(erase_call, inner_.erase(std::move(key), std::move(owner)));
  }
  Answer<EraseIfOutcome> erase_if(std::string key, Bytes expected, std::string owner) override {
    return scripted<EraseIfOutcome>(erase_if_call,
                                    inner_.erase_if(std::move(key), std::move(expected), std::move(owner)));
  }
  Answer<OwnedKeys> owned(std::string owner, std::size_t max) override {
    return scripted<OwnedKeys>(owned_call, inner_.owned(std::move(owner), max));
  }
  Answer<void> own(std::string key, std::string owner, milliseconds time_left) override {
    return scripted<void>(own_call, inner_.own(std::move(key), std::move(owner), time_left));
  }
  Answer<void> disown(std::string key, std::string owner, seconds as_of) override {
    return scripted<void>(disown_call, inner_.disown(std::move(key), std::move(owner), as_of));
  }
  Answer<KeyPage> keys(std::string cursor, std::size_t max) override {
    return scripted<KeyPage>(keys_call, inner_.keys(std::move(cursor), max));
  }

 private:
  struct Script {
    int count = 0;
    int fails_at = 0;
    int loses_at = 0;
    std::vector<std::pair<int, Hook>> hooks;
    Hook each;
  };

  Script& script(Call call) { return scripts_[call]; }

  // Awaitables are lazy: the inner call begins when it is awaited here, after the hooks.
  template <class T>
  Answer<T> scripted(Call call, Answer<T> inner) {
    Script& mine = script(call);
    Script& any = script(any_call);
    const int now = ++mine.count;
    const int now_of_any = ++any.count;
    run_hooks(mine, now);
    run_hooks(any, now_of_any);
    if (failing_ || now == mine.fails_at || now_of_any == any.fails_at) co_return broken();
    auto answer = co_await std::move(inner);
    if (now == mine.loses_at || now_of_any == any.loses_at) co_return broken();
    co_return answer;
  }

  Answer<std::optional<Entry>> load_as_told(std::string key, LoadTerms terms) {
    auto loaded = co_await inner_.load(std::move(key), terms);
    if (tells_no_more_ && !terms.time_left && loaded && *loaded) (*loaded)->time_left.reset();
    co_return loaded;
  }

  Answer<std::optional<Entry>> load_stale(std::string key, LoadTerms terms) {
    auto loaded = co_await inner_.load(std::move(key), terms);
    if (loaded && *loaded) (*loaded)->stale = true;
    co_return loaded;
  }

  static StoreFailure broken() {
    return StoreFailure(StoreFailure::Kind::unavailable, "the test broke the store");
  }

  static void run_due(Script& script, int now) {
    const auto due = std::find_if(script.hooks.begin(), script.hooks.end(),
                                  [&](const auto& hook) { return hook.first == now; });
    if (due == script.hooks.end()) return;
    const Hook hook = std::move(due->second);
    script.hooks.erase(due);
    hook();
  }

  void run_hooks(Script& script, int now) {
    run_due(script, now);
    if (!script.each || in_each_) return;
    in_each_ = true;
    script.each();
    in_each_ = false;
  }

  Store& inner_;
  std::array<Script, any_call + 1> scripts_;
  std::vector<LoadTerms> loads_;
  bool tells_no_more_ = false;
  bool failing_ = false;
  bool by_copies_ = false;
  bool in_each_ = false;
};

}  // namespace session::test
