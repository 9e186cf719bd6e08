#include "core/store/durable/commit_waiters.h"

#include <optional>
#include <utility>

#include <boost/asio/post.hpp>

#include "core/base/timer.h"

namespace session {
namespace {

StoreFailure unavailable(const std::string& why) {
  return StoreFailure(StoreFailure::Kind::unavailable, "memory store: its file " + why);
}

}  // namespace

// Belongs to the event loop of who waits, but for `executor`.
struct CommitWaiters::Waiter {
  Waiter(const Executor& loop, const Clock& clock) : executor(loop), timer(loop, clock) {}

  const Executor executor;
  Timer timer;                    // expires with the deadline; cancelled when there is an answer
  std::optional<bool> written{};  // the answer
};

// Keeps a waiter among the others. When its destructor has returned, nothing is posted for it any more: its
// event loop may go then.
struct CommitWaiters::Place {
  Place(CommitWaiters& all, std::uint64_t number, std::shared_ptr<Waiter> who)
      : waiters(all), waiter(std::move(who)), at(number) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    const std::lock_guard lock(waiters.mutex_);
    const auto [from, to] = waiters.waiting_.equal_range(at);
    for (auto i = from; i != to; ++i) {
      if (i->second != waiter) continue;
      waiters.waiting_.erase(i);
      return;
    }
  }

  CommitWaiters& waiters;
  const std::shared_ptr<Waiter> waiter;
  const std::uint64_t at;
};

Task<Result<void, StoreFailure>> CommitWaiters::written() {
  const std::uint64_t number = queue_.last();
  const Executor executor = co_await boost::asio::this_coro::executor;
  const auto waiter = std::make_shared<Waiter>(executor, clock_);
  const Place place(*this, number, waiter);
  {
    const std::lock_guard lock(mutex_);
    if (written_ >= number) co_return Result<void, StoreFailure>();
    if (failing_) co_return unavailable(why_);
    waiting_.emplace(number, waiter);
  }
  queue_.hurry();
  const Clock::Steady until = clock_.steady_now() + deadline_;
  (void)co_await waiter->timer.wait_until(until);
  if (!waiter->written) co_return waited_in_vain(number);
  if (!*waiter->written) co_return failure();
  co_return Result<void, StoreFailure>();
}

StoreFailure CommitWaiters::failure() const {
  const std::lock_guard lock(mutex_);
  return unavailable(why_.empty() ? "could not be written a moment ago" : why_);
}

StoreFailure CommitWaiters::waited_in_vain(std::uint64_t number) {
  const std::string why =
      "was not written within " + std::to_string(deadline_.count()) + " ms: the disk is slow";
  const std::lock_guard lock(mutex_);
  if (written_ < number && !failing_) {
    why_ = why;
    failing_ = true;
  }
  return unavailable(why);
}

// Called with the lock, so that a waiter whose place is gone gets nothing.
void CommitWaiters::wake(const std::shared_ptr<Waiter>& waiter, bool written) {
  boost::asio::post(waiter->executor, [waiter, written] {
    waiter->written = written;
    waiter->timer.cancel();
  });
}

void CommitWaiters::advance(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  written_ = number;
  failing_ = false;
  why_.clear();
  const auto end = waiting_.upper_bound(number);
  for (auto i = waiting_.begin(); i != end; ++i) wake(i->second, true);
  waiting_.erase(waiting_.begin(), end);
}

void CommitWaiters::fail(const std::string& why) {
  const std::lock_guard lock(mutex_);
  why_ = "can't be written: " + why;
  failing_ = true;
  for (const auto& [number, waiter] : waiting_) wake(waiter, false);
  waiting_.clear();
}

}  // namespace session
