#include "gateway/telemetry/metrics/counter_registry.h"

namespace session::gateway {
namespace {

constinit ThreadCounters shared_tally{ThreadCounters::Of::all_threads};
constinit thread_local ThreadCounters* own_tally = &shared_tally;

}  // namespace

CounterRegistry::ThreadScope::ThreadScope(CounterRegistry& counters)
    : counters_(counters), taken_(counters.take()) {
  own_tally = taken_;
}

CounterRegistry::ThreadScope::~ThreadScope() {
  own_tally = &shared_tally;
  counters_.give_back(taken_);
}

ThreadCounters& CounterRegistry::here() noexcept { return *own_tally; }

CounterSnapshot CounterRegistry::sum() const {
  CounterSnapshot sums{};
  shared_tally.add_to(sums);
  const std::lock_guard lock(mutex_);
  for (const auto& counters : all_) counters->add_to(sums);
  return sums;
}

ThreadCounters* CounterRegistry::take() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) {
    free_.reserve(all_.size() + 1);  // so that giving back can't fail
    all_.push_back(std::make_unique<ThreadCounters>(ThreadCounters::Of::one_thread));
    return all_.back().get();
  }
  ThreadCounters* counters = free_.back();
  free_.pop_back();
  return counters;
}

void CounterRegistry::give_back(ThreadCounters* counters) {
  const std::lock_guard lock(mutex_);
  free_.push_back(counters);
}

}  // namespace session::gateway
