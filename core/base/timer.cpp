#include "core/base/timer.h"

#include <utility>

#include <boost/asio/post.hpp>

#include "core/base/await.h"

namespace session {

// Shared with the handlers that are under way, which may come after the timer is gone.
class Timer::Wait final : public ClockListeners::Listener, public std::enable_shared_from_this<Wait> {
 public:
  Wait(const Executor& executor, const Clock& clock)
      : executor_(executor), clock_(clock), listeners_(clock.listeners()), timer_(executor) {}
  ~Wait() { stop_listening(); }
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;

  void begin(Clock::Steady at) {
    at_ = at;
    expired_ = false;
    ++number_;
    if (listeners_ == nullptr) {
      timer_.expires_at(at);
      return;
    }
    timer_.expires_at(Clock::Steady::max());
    if (!std::exchange(listening_, true)) listeners_->add(*this);
    clock_was_set();  // the time may have come already
  }

  void start(Clock::Steady at, std::function<void()> on_expiry) {
    begin(at);
    timer_.async_wait([self = shared_from_this(), number = number_,
                       call = std::move(on_expiry)](const boost::system::error_code& error) {
      if (number == self->number_ && (!error || self->expired_)) call();
    });
  }

  static Task<bool> wait_until(std::shared_ptr<Wait> self, Clock::Steady at) {
    self->begin(at);
    const auto [error] = co_await self->timer_.async_wait(kAwaitTuple);
    co_return !error || self->expired_;
  }

  void cancel() {
    ++number_;
    timer_.cancel();
    expired_ = false;
    stop_listening();
  }

 private:
  // On any thread.
  void clock_was_set() override {
    boost::asio::post(executor_, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self && self->listening_) self->look_at_the_clock();
    });
  }

  void look_at_the_clock() {
    if (clock_.steady_now() < at_) return;
    stop_listening();
    expired_ = true;
    timer_.cancel();
  }

  void stop_listening() {
    if (std::exchange(listening_, false)) listeners_->remove(*this);
  }

  Executor executor_;
  const Clock& clock_;
  ClockListeners* listeners_;  // nullptr: time passes by itself
  SteadyTimer timer_;
  Clock::Steady at_{};
  unsigned number_ = 0;  // of the start or wait that counts
  bool listening_ = false;
  bool expired_ = false;  // by a clock that was set
};

Timer::Timer(const Executor& executor, const Clock& clock) : wait_(std::make_shared<Wait>(executor, clock)) {}

Timer::~Timer() { wait_->cancel(); }

void Timer::start(Clock::Steady at, std::function<void()> on_expiry) {
  wait_->start(at, std::move(on_expiry));
}

Task<bool> Timer::wait_until(Clock::Steady at) { return Wait::wait_until(wait_, at); }

void Timer::cancel() { wait_->cancel(); }

Task<void> pause(milliseconds time, const Clock& clock) {
  Timer timer(co_await boost::asio::this_coro::executor, clock);
  (void)co_await timer.wait_until(clock.steady_now() + time);
}

}  // namespace session
