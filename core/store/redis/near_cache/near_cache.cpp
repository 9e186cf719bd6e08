#include "core/store/redis/near_cache/near_cache.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace session {
namespace {

using Steady = Clock::Steady;

// The memory of a copy beside its key and its bytes: the nodes of list and map, and the control block of the
// bytes.
constexpr std::size_t kOverhead = 256;

milliseconds left_of(Steady ends, Steady now) {
  if (ends == Steady::max()) return milliseconds::max();
  return std::max(std::chrono::floor<milliseconds>(ends - now), milliseconds(1));
}

// When an entry expires that had so much time left at a moment after `asked_at`.
Steady end_of(Steady asked_at, milliseconds time_left) {
  const auto most = std::chrono::duration_cast<milliseconds>(Steady::max() - asked_at);
  return time_left >= most ? Steady::max() : asked_at + time_left;
}

// So many copies are freed at once, so that nobody waits long for the lock.
constexpr std::size_t kMaxSwept = 256;

}  // namespace

NearCache::NearCache(NearCacheOptions options, const Clock& clock)
    : options_(options),
      clock_(clock),
      budget_(options.max_bytes),
      shards_(std::make_unique<std::array<Shard, kShards>>()) {}

NearCache::~NearCache() = default;

NearCache::Place NearCache::place_of(std::string_view key) const {
  const std::size_t hash = std::hash<std::string_view>{}(key);
  Shard& shard = (*shards_)[hash % kShards];
  return {shard, hash, shard.changes[hash / kShards % kCounters]};
}

NearCache::Copies::iterator NearCache::copy_of(const Place& place, std::string_view key) {
  const auto found = place.shard.by_hash.find(place.hash);
  const bool is_it = found != place.shard.by_hash.end() && found->second->key == key;
  return is_it ? found->second : place.shard.copies.end();
}

bool NearCache::may_serve(const Copy& copy, Steady now) const {
  return now < copy.hearing->until() && copy.ends > now && now - copy.kept_at < options_.max_age;
}

// The time of an outage counts from when the copy was as good as the server's entry last.
bool NearCache::may_serve_stale(const Copy& copy, Steady now) const {
  if (!serves_stale() || copy.ends <= now) return false;
  const Steady good_until = std::min(copy.kept_at + options_.max_age, copy.hearing->until());
  return good_until >= copy.kept_at && now <= good_until + options_.stale_on_outage;
}

std::optional<Entry> NearCache::find(std::string_view key, std::size_t max_bytes) {
  const Steady now = clock_.steady_now();
  const Place place = place_of(key);
  Shard& shard = place.shard;
  const std::lock_guard lock(shard.mutex);
  const auto copy = copy_of(place, key);
  if (copy == shard.copies.end() || copy->bytes.size() > max_bytes || !may_serve(*copy, now)) {
    ++shard.stats.misses;
    return std::nullopt;
  }
  ++shard.stats.hits;
  shard.copies.splice(shard.copies.begin(), shard.copies, copy);
  const auto age = std::chrono::duration_cast<milliseconds>(now - copy->kept_at);
  shard.stats.oldest_hit = std::max(shard.stats.oldest_hit, age);
  return Entry{copy->bytes, left_of(copy->ends, now)};
}

std::optional<Entry> NearCache::find_stale(std::string_view key, std::size_t max_bytes) {
  const Steady now = clock_.steady_now();
  const Place place = place_of(key);
  Shard& shard = place.shard;
  const std::lock_guard lock(shard.mutex);
  const auto copy = copy_of(place, key);
  if (copy == shard.copies.end() || copy->bytes.size() > max_bytes || !may_serve_stale(*copy, now))
    return std::nullopt;
  ++shard.stats.stale;
  return Entry{copy->bytes, left_of(copy->ends, now), true};
}

NearCache::Ticket NearCache::ticket(std::string_view key) const {
  const Place place = place_of(key);
  const Steady now = clock_.steady_now();
  const std::lock_guard lock(place.shard.mutex);
  return {place.changes, now};
}

void NearCache::note(std::string_view key, const Ticket& ticket, const std::optional<Entry>& entry,
                     std::shared_ptr<const Hearing> hearing) {
  const Place place = place_of(key);
  Shard& shard = place.shard;
  Copies fresh;  // allocated before the lock
  if (hearing && entry && entry->bytes.size() > 0 && entry->time_left) {
    const std::size_t cost = kOverhead + key.size() + entry->bytes.size();
    fresh.push_back(Copy{std::string(key), place.hash, entry->bytes, ticket.at,
                         end_of(ticket.at, *entry->time_left), std::move(hearing), cost});
  }
  const std::lock_guard lock(shard.mutex);
  const bool keeps = !fresh.empty() && place.changes == ticket.changes;
  const auto old = copy_of(place, key);
  if (old != shard.copies.end() && (keeps || !entry || entry->bytes != old->bytes)) drop(shard, old);
  if (keeps) keep(place, std::move(fresh));
}

void NearCache::keep(const Place& place, Copies fresh) {
  Shard& shard = place.shard;
  const auto [slot, is_new] = shard.by_hash.emplace(place.hash, fresh.begin());
  if (!is_new) return;  // Another key has this hash: that costs a miss each time.
  if (!make_room(shard, fresh.front().cost)) {
    shard.by_hash.erase(slot);
    return;
  }
  shard.copies.splice(shard.copies.begin(), fresh);
  ++shard.stats.entries;
}

// Takes the room of what was used least recently in this shard: the others are locked by others.
bool NearCache::make_room(Shard& shard, std::size_t cost) {
  while (!budget_.reserve(cost)) {
    if (shard.copies.empty()) return false;
    drop(shard, std::prev(shard.copies.end()));
  }
  return true;
}

void NearCache::drop(Shard& shard, Copies::iterator copy) {
  budget_.release(copy->cost);
  shard.by_hash.erase(copy->hash);
  shard.copies.erase(copy);
  --shard.stats.entries;
}

void NearCache::change(const Place& place) {
  ++place.changes;
  // Also the copy of another key with this hash: that costs a miss.
  const auto found = place.shard.by_hash.find(place.hash);
  if (found != place.shard.by_hash.end()) drop(place.shard, found->second);
}

void NearCache::forget(std::string_view key) {
  const Place place = place_of(key);
  const std::lock_guard lock(place.shard.mutex);
  change(place);
}

void NearCache::on_announced(std::string_view key) {
  const Place place = place_of(key);
  const std::lock_guard lock(place.shard.mutex);
  ++place.shard.stats.announcements;
  change(place);
}

// The copies at the end have not been used for long. One that has become too old since it was used last is
// replaced when it is read again, or gets there.
void NearCache::sweep() {
  const Steady now = clock_.steady_now();
  for (Shard& shard : *shards_) {
    const std::lock_guard lock(shard.mutex);
    for (std::size_t swept = 0; swept < kMaxSwept && !shard.copies.empty(); ++swept) {
      const auto last = std::prev(shard.copies.end());
      if (may_serve(*last, now) || may_serve_stale(*last, now)) break;
      drop(shard, last);
    }
  }
}

NearCache::Stats NearCache::stats() const {
  Stats all;
  for (const Shard& shard : *shards_) {
    const std::lock_guard lock(shard.mutex);
    all.hits += shard.stats.hits;
    all.misses += shard.stats.misses;
    all.stale += shard.stats.stale;
    all.announcements += shard.stats.announcements;
    all.entries += shard.stats.entries;
    all.oldest_hit = std::max(all.oldest_hit, shard.stats.oldest_hit);
  }
  all.flushes = flushes_.load(std::memory_order_relaxed);
  all.bytes = budget_.used();
  return all;
}

}  // namespace session
