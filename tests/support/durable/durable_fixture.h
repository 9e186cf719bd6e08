#pragma once

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/run.h"
#include "core/store/durable/durable_store.h"
#include "tests/support/fake_clock.h"

namespace session::test {

// A folder that goes with everything in it. It is in memory if it can be, because there an fsync takes no
// time.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    const std::filesystem::path memory = "/dev/shm";
    const bool in_memory = std::filesystem::is_directory(memory);
    std::string name =
        ((in_memory ? memory : std::filesystem::temp_directory_path()) / "durable-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Waits until that is so; throws if it takes longer than anything can.
inline void await(const char* what, const std::function<bool()>& is_so) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error(std::string("in vain: ") + what);
    std::this_thread::yield();
  }
}

// What a store has told.
class ToldEvents {
 public:
  [[nodiscard]] std::function<void(const DurableEvent&)> listener() {
    return [this](const DurableEvent& event) {
      const std::lock_guard lock(mutex_);
      events_.push_back(event);
    };
  }
  [[nodiscard]] std::vector<DurableEvent> all() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  [[nodiscard]] std::size_t count(DurableEvent::Kind kind) const {
    std::size_t found = 0;
    for (const DurableEvent& event : all()) found += event.kind == kind ? 1 : 0;
    return found;
  }
  // The text of the last one of that kind; empty: there is none.
  [[nodiscard]] std::string text(DurableEvent::Kind kind) const {
    std::string found;
    for (const DurableEvent& event : all())
      if (event.kind == kind) found = event.text;
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<DurableEvent> events_;
};

// A DurableStore in a folder of its own, whose time moves when told to.
class DurableFixture {
 public:
  explicit DurableFixture(Durability durability = Durability::second) {
    options.path = folder.path() + "/sessions.db";
    options.fingerprint = "of the tests";
    options.durability = durability;
    options.lock_timeout = milliseconds(0);
    options.on_event = events.listener();
  }

  // The store; opens it if it is closed.
  DurableStore& durable() {
    if (!opened_) {
      auto result = DurableStore::open(options, memory, clock);
      if (!result) throw std::runtime_error("can't open: " + result.error().text);
      opened_ = std::move(*result);
    }
    return *opened_;
  }
  Store& store() { return durable().store(); }
  void advance(milliseconds by) { clock.advance(by); }
  // Returns whether everything was written.
  bool close() {
    if (!opened_) return true;
    const bool saved = opened_->close();
    opened_.reset();
    return saved;
  }
  void reopen() {
    if (!close()) throw std::runtime_error("not everything was written");
    durable();
  }
  // Lets time pass until the file has everything: as much as the store waits for, each time.
  void settle() {
    using State = DurableStore::Stats::State;
    const auto is_settled = [](const DurableStore::Stats& now) {
      return now.queue_entries == 0 && !now.behind && now.state == State::working;
    };
    DurableStore::Stats last = durable().stats();
    while (!is_settled(last)) {
      advance(last.state == State::failing ? milliseconds(5000) : options.write_every);
      await("that it is written", [&] {
        const DurableStore::Stats now = durable().stats();
        return is_settled(now) || now.batches != last.batches || now.failures != last.failures;
      });
      last = durable().stats();
    }
  }

  TemporaryFolder folder;
  FakeClock clock;
  ToldEvents events;
  DurableOptions options;
  MemoryStoreOptions memory;

 private:
  std::unique_ptr<DurableStore> opened_;
};

}  // namespace session::test
