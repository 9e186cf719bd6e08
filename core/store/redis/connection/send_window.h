#pragma once

#include <algorithm>
#include <cstddef>

#include "core/base/clock.h"

namespace session {

// How many commands one connection may have in flight. Without a limit until the server answers too slowly:
// from then on, what is sent beyond its capacity only delays what was sent before, until every reply comes
// after its deadline and nobody is served (congestion collapse). The limit is halved when a command is late,
// and grows with each reply that comes soon enough, as TCP's congestion window does (RFC 5681). Reads no
// clock. Not thread-safe.
class SendWindow {
 public:
  // So many commands are always sent: their replies show when the server has become fast again.
  static constexpr std::size_t kMin = 4;
  // A window that has grown to this is no limit any more.
  static constexpr std::size_t kUnlimited = std::size_t{1} << 16;
  // So many replies that come soon enough let one more command be in flight.
  static constexpr std::size_t kRepliesToGrow = 4;

  // `period`: the time that a command usually has until its deadline. The window is halved at most once per
  // period, because what was in flight before is late, too.
  explicit SendWindow(milliseconds period) : period_(period) {}

  // Returns how many more commands may be sent.
  [[nodiscard]] std::size_t room(std::size_t in_flight) const {
    if (!is_limited()) return kUnlimited;
    return limit_ > in_flight ? limit_ - in_flight : 0;
  }
  [[nodiscard]] bool is_limited() const { return limit_ < kUnlimited; }

  // A command got no reply by its deadline, with so many in flight.
  void on_late(std::size_t in_flight, Clock::Steady now) {
    if (halved_ && now - halved_at_ < period_) return;
    halved_ = true;
    halved_at_ = now;
    soon_ = 0;
    limit_ = std::max(kMin, std::min(limit_, in_flight) / 2);
  }
  // A command got its reply before its deadline. `left`: the time until the deadline. Less than half a period
  // does not let the window grow, because the commands behind it will have less.
  void on_reply(milliseconds left) {
    if (!is_limited() || 2 * left < period_ || ++soon_ < kRepliesToGrow) return;
    soon_ = 0;
    ++limit_;
  }
  // A new connection begins: nothing is in flight.
  void reset() { *this = SendWindow(period_); }

 private:
  milliseconds period_;
  std::size_t limit_ = kUnlimited;
  std::size_t soon_ = 0;  // replies that came soon enough since the limit has changed
  bool halved_ = false;
  Clock::Steady halved_at_{};
};

}  // namespace session
