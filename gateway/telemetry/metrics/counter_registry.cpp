#include "gateway/telemetry/metrics/counter_registry.h"

#include <stdexcept>

namespace session::gateway {

CounterRegistry::Row::Row(CounterRegistry& registry) : registry_(registry), counters_(registry.take()) {}

CounterRegistry::Row::~Row() { registry_.give_back(counters_); }

void CounterRegistry::set_slots(std::size_t slots) {
  const std::lock_guard lock(mutex_);
  if (!all_.empty()) throw std::logic_error("an endpoint was registered after a thread had begun to count");
  slots_ = slots;
}

CounterSnapshot CounterRegistry::sum() const {
  const std::lock_guard lock(mutex_);
  CounterSnapshot sums(slots_);
  for (const auto& counters : all_) counters->add_to(sums);
  return sums;
}

ThreadCounters& CounterRegistry::take() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) {
    free_.reserve(all_.size() + 1);  // so that give_back() can't fail
    all_.push_back(std::make_unique<ThreadCounters>(slots_));
    return *all_.back();
  }
  ThreadCounters& counters = *free_.back();
  free_.pop_back();
  return counters;
}

void CounterRegistry::give_back(ThreadCounters& counters) noexcept {
  const std::lock_guard lock(mutex_);
  free_.push_back(&counters);
}

}  // namespace session::gateway
