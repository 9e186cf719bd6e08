#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "tests/resilience/invariants.h"

namespace session::gateway::test {

using Moment = Clock::Steady;

// How long a copy of the near cache relies on what was heard of its server last (docs/near-cache.md).
constexpr milliseconds kCopiesRely{2000};

// Since a drill's fault, except for what was wrong, which counts whenever it was.
struct Figures {
  std::size_t requests = 0;
  std::size_t outages = 0;
  milliseconds window{};          // from the first 503 to the last
  milliseconds back_after{};      // from when Redis was back to the last 503; 0 if there was none after that
  milliseconds longest_answer{};  // from asking to the whole answer
  std::size_t wrong = 0;
  std::vector<std::string> examples;  // the first few of what was wrong
};

// What all answers of a drill were, and when. Any thread.
class Tally {
 public:
  void add(const Judgement& judgement, Moment asked, Moment answered);

  // Everything so far was before the fault.
  void begin(Moment now);
  // From now on Redis answers nobody, or it may again. What is asked and answered soundly in between is
  // wrong, unless it is a check within the time for which copies may be the answer.
  void redis_is_gone(Moment now, milliseconds copies_rely = milliseconds(0));
  void redis_may_answer();
  // Redis takes commands again.
  void back(Moment now);

  [[nodiscard]] Figures figures() const;
  [[nodiscard]] std::size_t answered() const;  // soundly, since `begin` or `back`
  [[nodiscard]] std::size_t outages() const;   // since `begin`
  // The last sign of trouble: Redis' return or a 503, whichever was later.
  [[nodiscard]] Moment last_trouble() const;

 private:
  void add_wrong(const std::string& why);
  void add_sound(Judgement::Kind kind, Moment asked);

  mutable std::mutex mutex_;
  Figures figures_;
  std::size_t answered_ = 0;
  Moment begun_{};
  std::optional<Moment> first_outage_;
  std::optional<Moment> last_outage_;
  std::optional<Moment> back_;
  std::optional<Moment> gone_;  // since when Redis answers nobody
  milliseconds copies_rely_{};  // from then on
};

// "drill kill_9: 12345 requests, ..."; tests/resilience/run reads it.
[[nodiscard]] std::string line(const std::string& drill, const Figures& figures);

}  // namespace session::gateway::test
