#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/store/observer.h"
#include "tests/support/store_calls.h"

namespace session::test {

// What a store has told of its commands, as "load ok" or "create failed". One thread at a time.
class ToldCommands final : public StoreObserver {
 public:
  void observe(StoreCommand command, Clock::Steady::duration took, bool ok) noexcept override {
    lines_.push_back(name(command) + (ok ? " ok" : " failed"));
    last_took_ = took;
  }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
  [[nodiscard]] Clock::Steady::duration last_took() const { return last_took_; }

  [[nodiscard]] static std::string name(StoreCommand command) {
    static constexpr std::array<const char*, kStoreCommands> kNames = {
        "load", "create", "replace", "touch", "erase", "erase_if", "owned", "own", "disown", "keys"};
    return kNames.at(static_cast<std::size_t>(command));
  }

 private:
  std::vector<std::string> lines_;
  Clock::Steady::duration last_took_{};
};

// Each command once, in the order of StoreCommand, whatever comes of it.
inline Task<> every_command_of(Store& store) {
  Bytes bytes("bytes");
  (void)co_await store.load("key");
  (void)co_await store.create("key", bytes, kTtl);
  (void)co_await store.replace("key", bytes, bytes, kTtl);
  (void)co_await store.touch("key", kTtl);
  (void)co_await store.erase("key");
  (void)co_await store.erase_if("key", bytes);
  (void)co_await store.owned("owner", 1);
  (void)co_await store.own("key", "owner", kTtl);
  (void)co_await store.disown("key", "owner", seconds(0));
  (void)co_await store.keys("", 1);
}
inline void run_every_command(Store& store) { run(every_command_of(store)); }

inline std::vector<std::string> every_command(const std::string& outcome) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < kStoreCommands; ++i)
    lines.push_back(ToldCommands::name(static_cast<StoreCommand>(i)) + " " + outcome);
  return lines;
}

}  // namespace session::test
