#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/await.h"
#include "gateway/config/load.h"
#include "gateway/config/settings.h"
#include "gateway/server/background_load.h"
#include "gateway/telemetry/log/log.h"

namespace session::gateway {

// The source of the configuration, which is read again at a reload.
struct ConfigSource {
  std::string file;              // its name, for messages
  std::function<Loaded()> load;  // empty: there is no file, and nothing to reload
};

// The outcome of a reload.
struct ReloadOutcome {
  bool reloaded = false;
  std::uint64_t generation = 0;    // of the configuration that is in use now
  std::vector<std::string> lines;  // what the log says of it, in order: problems and warnings
};

// The messages of one reload: they go to the log, and to whoever asked for the reload.
class ReloadReport {
 public:
  explicit ReloadReport(Log& log) : log_(log) {}

  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) {
    lines_.push_back(fmt::format(format, std::forward<Args>(args)...));
    log_.error("{}", lines_.back());
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) {
    lines_.push_back(fmt::format(format, std::forward<Args>(args)...));
    log_.warn("{}", lines_.back());
  }
  [[nodiscard]] std::vector<std::string> take() { return std::move(lines_); }

 private:
  Log& log_;
  std::vector<std::string> lines_;
};

// Reads the configuration again, and decides whether it can take the place of the one that is served. Not
// thread-safe: belongs to the loop of the thread that accepts connections.
class ConfigReader {
 public:
  explicit ConfigReader(ConfigSource source) : source_(std::move(source)), load_(source_.load) {}

  [[nodiscard]] const std::string& file() const { return source_.file; }
  // Returns the settings to serve. nullopt: they can't be used, and the report says why. Reads on another
  // thread, because the disk may hang, and gives up after ten seconds. REQUIRES: `served`, `report` and this
  // object outlive the task.
  Task<std::optional<Settings>> read(const Settings& served, ReloadReport& report);

 private:
  [[nodiscard]] std::optional<Settings> accept(Loaded loaded, const Settings& served,
                                               ReloadReport& report) const;

  ConfigSource source_;
  BackgroundLoad load_;
};

// The reloads that were asked for, by the signal or over the control socket. One runs at a time; all that are
// asked for before it begins share it. Not thread-safe: belongs to the loop of its executor.
class ReloadQueue {
 public:
  using Reload = std::function<Task<ReloadOutcome>()>;

  explicit ReloadQueue(const Executor& executor) : wake_(executor) {}

  void ask();
  // Asks for a reload and returns its outcome. The reload reads the configuration after this call.
  Task<ReloadOutcome> ask_and_wait();
  // Does what is asked for, until the loop ends.
  Task<void> run(Reload reload);

 private:
  struct Waiter {
    explicit Waiter(const Executor& executor) : done(executor) {}
    SteadyTimer done;
    ReloadOutcome outcome;
  };

  SteadyTimer wake_;
  bool asked_ = false;
  std::vector<std::shared_ptr<Waiter>> waiters_;
};

}  // namespace session::gateway
