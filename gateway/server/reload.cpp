#include "gateway/server/reload.h"

#include <utility>

#include <boost/asio/this_coro.hpp>

#include "gateway/config/reload_diff.h"
#include "gateway/realm/config_snapshot.h"

namespace session::gateway {
namespace {

// The deadline for reading a configuration with all files that it names, and the interval at which its
// completion is checked.
constexpr seconds kReadDeadline{10};
constexpr milliseconds kReadAgain{2};

}  // namespace

Task<std::optional<Settings>> ConfigReader::read(const Settings& served, ReloadReport& report) {
  if (!source_.load) {
    report.warn("there is no configuration file to reload");
    co_return std::nullopt;
  }
  if (!load_.begin()) {
    report.error("the configuration is still being read for an earlier reload");
    co_return std::nullopt;
  }
  const Clock::Steady until = system_clock().steady_now() + kReadDeadline;
  SteadyTimer timer(co_await boost::asio::this_coro::executor);
  auto loaded = load_.take();
  while (!loaded && system_clock().steady_now() < until) {
    timer.expires_after(kReadAgain);
    const auto [error] = co_await timer.async_wait(kAwaitTuple);
    if (error) co_return std::nullopt;
    loaded = load_.take();
  }
  if (loaded) co_return accept(std::move(*loaded), served, report);
  report.error("reading the configuration, or a file that it names, timed out");
  co_return std::nullopt;
}

std::optional<Settings> ConfigReader::accept(Loaded loaded, const Settings& served,
                                             ReloadReport& report) const {
  const Problems problems = loaded ? reload_diff(served, *loaded) : loaded.error();
  for (const Problem& problem : problems) report.error("{}", render(source_.file, problem));
  if (!problems.empty()) return std::nullopt;
  Settings next = with_ephemeral_keys(std::move(*loaded), &served);
  for (const std::string& warning : next.warnings) report.warn("{}", warning);
  for (const std::string& effect : effects_on_sessions(served, next)) report.warn("reload: {}", effect);
  return next;
}

void ReloadQueue::ask() {
  asked_ = true;
  wake_.cancel();
}

Task<ReloadOutcome> ReloadQueue::ask_and_wait() {
  const auto waiter = std::make_shared<Waiter>(wake_.get_executor());
  waiter->done.expires_at(Clock::Steady::max());
  waiters_.push_back(waiter);
  ask();
  (void)co_await waiter->done.async_wait(kAwaitTuple);
  co_return waiter->outcome;
}

Task<void> ReloadQueue::run(Reload reload) {
  for (;;) {
    while (!asked_) {
      wake_.expires_at(Clock::Steady::max());
      (void)co_await wake_.async_wait(kAwaitTuple);
    }
    asked_ = false;
    const std::vector<std::shared_ptr<Waiter>> waiters = std::exchange(waiters_, {});
    const ReloadOutcome outcome = co_await reload();
    for (const auto& waiter : waiters) {
      waiter->outcome = outcome;
      waiter->done.cancel();
    }
  }
}

}  // namespace session::gateway
