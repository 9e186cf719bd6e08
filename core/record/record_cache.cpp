#include "core/record/record_cache.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

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
    : format_(format),
      identity_(std::move(identity)),
      keep_data_(options.keep_data),
      cache_(std::move(options.budget), options.max_slots) {}

RecordCache::Summary RecordCache::remembered(const std::string& key) const {
  const Entry* known = cache_.find(hash_of(key));
  return known != nullptr ? known->summary : nullptr;
}

Result<RecordCache::Summary, RejectReason> RecordCache::summary(const std::string& key, const Bytes& bytes) {
  const std::size_t hash = hash_of(key);
  if (const Entry* known = cache_.find(hash); known != nullptr && known->bytes == bytes)
    return known->summary;
  auto summary = summarize(key, bytes);
  if (summary) cache_.put(hash, cost_of(bytes, **summary), [&] { return Entry{bytes, *summary}; });
  return summary;
}

Result<RecordCache::Summary, RejectReason> RecordCache::summarize(const std::string& key,
                                                                  const Bytes& bytes) const {
  static const WantedMembers all;
  auto head = format_.decode_head(key, bytes.view(), keep_data_ ? all : identity_->wanted());
  if (!head) return head.error();
  auto made = describe(*head);
  if (keep_data_) made->data = std::move(head->attributes);
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

}  // namespace session
