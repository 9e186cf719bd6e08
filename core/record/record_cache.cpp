#include "core/record/record_cache.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "core/base/cache_table.h"

namespace session {
namespace {

// The memory of a decoded value per byte of its text: each member has a node and a name.
constexpr std::size_t kPerByte = 8;

// The hash that rustc's tables use for short keys (FxHash), a multiplication for each 8 bytes, and one more
// so that the low bits, which pick the slot, depend on all of them. Whoever chose keys that collide would
// only have them forgotten sooner.
std::size_t hash_of(std::string_view key) {
  constexpr std::uint64_t kFactor = 0x517cc1b727220a95;
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  std::uint64_t hash = key.size();
  const auto mix = [&hash](const char* from, std::size_t size) {
    std::array<char, kWord> bytes{};
    std::memcpy(bytes.data(), from, size);
    hash = (std::rotl(hash, 5) ^ std::bit_cast<std::uint64_t>(bytes)) * kFactor;
  };
  // Words of a size that the compiler knows: the last one begins before the end of the one before it.
  for (std::size_t at = 0; at + kWord <= key.size(); at += kWord) mix(key.data() + at, kWord);
  const std::size_t rest = key.size() % kWord;
  if (rest > 0 && key.size() > kWord) {
    mix(key.data() + key.size() - kWord, kWord);
  } else if (rest > 0) {
    mix(key.data(), rest);
  }
  hash = (hash ^ hash >> 32) * kFactor;
  return hash ^ hash >> 32;
}

std::size_t cost_of(const Bytes& bytes, const RecordSummary& summary) {
  return 256 + bytes.size() + summary.identity.size() + (summary.subject ? summary.subject->size() : 0) +
         summary.lifetime_name.size() + (summary.migrated_from ? summary.migrated_from->size() : 0) +
         (summary.data ? kPerByte * bytes.size() : 0);
}

}  // namespace

RecordCache::RecordCache(const RecordFormat& format, std::shared_ptr<const Identity> identity,
                         RecordCacheOptions options)
    : format_(format), identity_(std::move(identity)), options_(std::move(options)) {
  options_.budget->join();
}

RecordCache::~RecordCache() {
  release();
  options_.budget->leave();
}

void RecordCache::release() {
  options_.budget->release(held_);
  held_ = 0;
  entries_ = 0;
  hand_ = 0;
  slots_ = std::vector<Slot>();
}

RecordCache::Summary RecordCache::remembered(const std::string& key) const {
  if (slots_.empty()) return nullptr;
  const std::size_t key_hash = hash_of(key);
  const Slot& slot = slots_[key_hash & (options_.slots - 1)];
  return slot.key_hash == key_hash ? slot.summary : nullptr;
}

Result<RecordCache::Summary, RejectReason> RecordCache::summary(const std::string& key, const Bytes& bytes) {
  const std::size_t key_hash = hash_of(key);
  const std::size_t at = key_hash & (options_.slots - 1);
  bool others = false;
  if (!slots_.empty()) {
    const Slot& slot = slots_[at];
    const bool same_key = slot.key_hash == key_hash;
    if (slot.summary && same_key && slot.bytes == bytes) return slot.summary;
    others = slot.summary && !same_key;
  }
  auto summary = summarize(key, bytes);
  if (summary && (!others || admission_.admit_next()) && has_table())
    remember(slots_[at], key_hash, bytes, *summary);
  return summary;
}

Result<RecordCache::Summary, RejectReason> RecordCache::summarize(const std::string& key,
                                                                  const Bytes& bytes) const {
  static const WantedMembers all;
  auto head = format_.decode_head(key, bytes.view(), options_.keep_data ? all : identity_->wanted());
  if (!head) return head.error();
  auto made = describe(*head);
  if (options_.keep_data) made->data = std::move(head->attributes);
  return Summary(std::move(made));
}

std::shared_ptr<RecordSummary> RecordCache::describe(const RecordHead& head) const {
  auto summary = std::make_shared<RecordSummary>();
  summary->age = {head.created, head.lifetime, head.end};
  summary->migrated_from = head.migrated_from;
  summary->subject = identity_->subject(head.attributes);
  summary->authenticated = head.login.authenticated;
  summary->lifetime_name = head.lifetime_name;
  summary->identity = identity_->headers(head.attributes);
  return summary;
}

bool RecordCache::has_table() {
  if (!slots_.empty()) return true;
  if (!allocate_table(*options_.budget, slots_, options_.slots)) return false;
  held_ += table_bytes(options_.slots);
  return true;
}

void RecordCache::remember(Slot& slot, std::size_t key_hash, const Bytes& bytes, Summary summary) {
  forget(slot);
  const std::size_t cost = cost_of(bytes, *summary);
  if (options_.budget->should_shrink(held_)) {
    (void)forget_next();
    (void)forget_next();
  }
  if (!make_room(cost)) return;
  slot = Slot{key_hash, bytes, std::move(summary), cost};
  held_ += cost;
  ++entries_;
}

bool RecordCache::make_room(std::size_t bytes) {
  const std::size_t used = options_.budget->used();
  const std::size_t max = options_.budget->max();
  const std::size_t free = max > used ? max - used : 0;
  if (bytes > free + held_ - table_bytes(slots_.size())) return false;
  while (!options_.budget->reserve(bytes)) {
    if (!forget_next()) return false;  // Another cache has reserved the room meanwhile.
  }
  return true;
}

bool RecordCache::forget_next() {
  if (entries_ == 0) return false;  // Without this, every miss would search the whole empty table.
  const auto next = [this] { return std::exchange(hand_, (hand_ + 1) & (slots_.size() - 1)); };
  std::size_t at = next();
  while (!slots_[at].summary) at = next();
  forget(slots_[at]);
  return true;
}

void RecordCache::forget(Slot& slot) {
  if (!slot.summary) return;
  options_.budget->release(slot.cost);
  held_ -= slot.cost;
  --entries_;
  slot = Slot{};
}

}  // namespace session
