#include "gateway/telemetry/metrics/counter_registry.h"

namespace session::gateway {
namespace {

constinit Tally shared_tally{Tally::Of::all_threads};
constinit thread_local Tally* own_tally = &shared_tally;

}  // namespace

Tallies::Seat::Seat(Tallies& tallies) : tallies_(tallies), taken_(tallies.take()) { own_tally = taken_; }

Tallies::Seat::~Seat() {
  own_tally = &shared_tally;
  tallies_.give_back(taken_);
}

Tally& Tallies::here() noexcept { return *own_tally; }

Sums Tallies::sum() const {
  Sums sums{};
  shared_tally.add_to(sums);
  const std::lock_guard lock(mutex_);
  for (const auto& tally : all_) tally->add_to(sums);
  return sums;
}

Tally* Tallies::take() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) {
    free_.reserve(all_.size() + 1);  // so that giving back can't fail
    all_.push_back(std::make_unique<Tally>(Tally::Of::one_thread));
    return all_.back().get();
  }
  Tally* tally = free_.back();
  free_.pop_back();
  return tally;
}

void Tallies::give_back(Tally* tally) {
  const std::lock_guard lock(mutex_);
  free_.push_back(tally);
}

}  // namespace session::gateway
