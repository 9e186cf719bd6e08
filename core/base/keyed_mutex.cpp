#include "core/base/keyed_mutex.h"

#include <utility>

#include "core/base/timer.h"

namespace session {

struct KeyedMutex::Waiter {
  Waiter(const Executor& executor, const Clock& clock) : timer(executor, clock) {}

  Timer timer;                  // expires with the timeout; cancelled when the lock is granted
  std::optional<Lock> granted;  // its destructor passes it on if the waiting coroutine was destroyed
};

// Outlives the KeyedMutex for coroutines that still wait when an event loop is destroyed.
struct KeyedMutex::Queues {
  // The waiters of each key, oldest first. A locked key has an entry, which may be empty.
  std::unordered_map<std::string, std::deque<std::shared_ptr<Waiter>>> waiting;
};

// Keeps a waiter in the queue until it is destroyed or the lock is granted.
struct KeyedMutex::QueueEntry {
  QueueEntry(std::deque<std::shared_ptr<Waiter>>& all, std::shared_ptr<Waiter> who)
      : others(all), waiter(std::move(who)) {
    others.push_back(waiter);
  }
  QueueEntry(const QueueEntry&) = delete;
  QueueEntry& operator=(const QueueEntry&) = delete;
  ~QueueEntry() {
    if (!waiter->granted) std::erase(others, waiter);
  }

  std::deque<std::shared_ptr<Waiter>>& others;  // valid while a waiter without the lock is in it
  std::shared_ptr<Waiter> waiter;
};

KeyedMutex::KeyedMutex(const Clock& clock) : clock_(clock), queues_(std::make_shared<Queues>()) {}

KeyedMutex::Lock::Lock(std::shared_ptr<Queues> queues, std::string key)
    : queues_(std::move(queues)), key_(std::move(key)) {}

KeyedMutex::Lock::~Lock() {
  if (!queues_) return;
  const auto found = queues_->waiting.find(key_);
  if (found == queues_->waiting.end()) return;
  auto& others = found->second;
  if (others.empty()) {
    queues_->waiting.erase(found);
    return;
  }
  const std::shared_ptr<Waiter> next = std::move(others.front());
  others.pop_front();
  next->granted.emplace(std::move(queues_), std::move(key_));
  next->timer.cancel();
}

Task<std::optional<KeyedMutex::Lock>> KeyedMutex::lock(std::string key, milliseconds timeout) {
  const std::shared_ptr<Queues> queues = queues_;
  const auto [found, first] = queues->waiting.try_emplace(key);
  if (first) co_return Lock(queues, std::move(key));
  auto& others = found->second;
  if (timeout <= milliseconds::zero() || others.size() >= kMaxWaiters) co_return std::nullopt;
  const Executor executor = co_await boost::asio::this_coro::executor;
  const auto waiter = std::make_shared<Waiter>(executor, clock_);
  const QueueEntry entry(others, waiter);
  const Clock::Steady until = clock_.steady_now() + timeout;
  (void)co_await waiter->timer.wait_until(until);
  // The timer's result does not count: the lock may be granted after the timer expired and before this
  // coroutine resumed.
  co_return std::move(waiter->granted);
}

}  // namespace session
