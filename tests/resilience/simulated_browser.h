#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "tests/resilience/invariants.h"
#include "tests/support/daemon/wire_gateway.h"

namespace session::gateway::test {

// Whether Redis may forget, in this drill, what it has acknowledged: replicas learn of it later.
enum class Memory { keeps, may_lose_the_last_moment };

// A session that carries its own name as data, so that what belongs to another one is seen at once, and a
// counter, so that a lost write is. Judges each answer. Any thread.
class Visitor {
 public:
  // Logs in.
  Visitor(const WireGateway& gateway, int number, Memory memory);

  // Whose session is it?
  [[nodiscard]] Judgement check(Peer& peer) const;
  // The session as JSON: the counter is what was acknowledged, or a later one that was tried.
  [[nodiscard]] Judgement read(Peer& peer) const;
  // Counts on; reads if somebody else is just doing that, as then the number would be anybody's.
  [[nodiscard]] Judgement write(Peer& peer);
  // With a signature that is not ours: a 401, store or no store.
  [[nodiscard]] Judgement forge(Peer& peer) const;

  [[nodiscard]] const std::string& cookie() const { return cookie_; }

 private:
  [[nodiscard]] Pairs with_cookie(const Pairs& more = {}) const;
  // The counter in an answer that shows this session; -1 if it shows anything else.
  [[nodiscard]] long counter_in(const Answer& answer) const;

  std::string user_;
  std::string email_;
  std::string cookie_;
  Memory memory_;
  std::mutex writing_;
  std::atomic<long> tried_ = 0;
  std::atomic<long> acknowledged_ = 0;
};

// Without a cookie: a 401, store or no store.
[[nodiscard]] Judgement ask_as_stranger(Peer& peer);

}  // namespace session::gateway::test
