#include "core/base/keyed_mutex.h"

#include <utility>

#include "core/base/await.h"

namespace session {

struct KeyedMutex::Waiter {
  explicit Waiter(const Executor& executor) : bell(executor) {}

  SteadyTimer bell;          // runs out with the timeout; is cancelled when the turn has come
  std::optional<Lock> turn;  // passed on if it is not taken from here, as by who was destroyed meanwhile
};

// Outlives the KeyedMutex for whoever still waits when a loop is torn down.
struct KeyedMutex::Line {
  // By key, while somebody has the turn: who waits for it.
  std::unordered_map<std::string, std::deque<std::shared_ptr<Waiter>>> waiting;
};

// Stands in the line for as long as it lives, or until the turn has come.
struct KeyedMutex::Place {
  Place(std::deque<std::shared_ptr<Waiter>>& all, std::shared_ptr<Waiter> who)
      : others(all), waiter(std::move(who)) {
    others.push_back(waiter);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    if (!waiter->turn) std::erase(others, waiter);
  }

  std::deque<std::shared_ptr<Waiter>>& others;  // there, as long as somebody who waits has no turn
  std::shared_ptr<Waiter> waiter;
};

KeyedMutex::KeyedMutex() : line_(std::make_shared<Line>()) {}

KeyedMutex::Lock::Lock(std::shared_ptr<Line> line, std::string key)
    : line_(std::move(line)), key_(std::move(key)) {}

KeyedMutex::Lock::~Lock() {
  if (!line_) return;
  const auto found = line_->waiting.find(key_);
  if (found == line_->waiting.end()) return;
  auto& others = found->second;
  if (others.empty()) {
    line_->waiting.erase(found);
    return;
  }
  const std::shared_ptr<Waiter> next = std::move(others.front());
  others.pop_front();
  next->turn.emplace(std::move(line_), std::move(key_));
  next->bell.cancel();
}

Task<std::optional<KeyedMutex::Lock>> KeyedMutex::lock(std::string key, milliseconds timeout) {
  const std::shared_ptr<Line> line = line_;
  const auto [found, first] = line->waiting.try_emplace(key);
  if (first) co_return Lock(line, std::move(key));
  auto& others = found->second;
  if (timeout <= milliseconds::zero() || others.size() >= kMaxWaiters) co_return std::nullopt;
  const auto waiter = std::make_shared<Waiter>(co_await boost::asio::this_coro::executor);
  const Place place(others, waiter);
  waiter->bell.expires_after(timeout);
  (void)co_await waiter->bell.async_wait(kAwaitTuple);
  // Not by the timer's word: the turn may have come after it ran out, and before this went on.
  co_return std::move(waiter->turn);
}

}  // namespace session
