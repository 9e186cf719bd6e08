#include "core/record/record_cache.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "core/base/heap.h"

namespace session {
namespace {

// The memory of a decoded value per byte of its text: each member has a node and a name.
constexpr std::size_t kPerByte = 8;

// A record takes some four times the memory of a cookie, whose cache has a weight of 1.
constexpr std::size_t kWeight = 4;

__extension__ using Wide = unsigned __int128;

// Multiplies 16 bytes of the key at a time and joins both halves of the product, as wyhash does: the low
// bits, which pick the set, depend on all of them. Whoever chose keys that collide would only have them
// forgotten sooner.
std::size_t hash_of(std::string_view key) {
  using Words = std::array<std::uint64_t, 2>;
  constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15;
  std::uint64_t hash = key.size();
  const auto mix = [&hash](const Words& words) {
    const Wide product = Wide{hash ^ words[0]} * (kFactor ^ words[1]);
    hash = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
  };
  // In blocks of a size that the compiler knows: the last one begins before the end of the one before it.
  const auto mix_at = [&](std::size_t at) {
    Words words{};
    std::memcpy(words.data(), key.data() + at, sizeof words);
    mix(words);
  };
  std::size_t at = 0;
  for (; at + sizeof(Words) <= key.size(); at += sizeof(Words)) mix_at(at);
  if (at == key.size()) return hash;
  if (at > 0) {
    mix_at(key.size() - sizeof(Words));
  } else {
    Words words{};
    std::memcpy(words.data(), key.data(), key.size());
    mix(words);
  }
  return hash;
}

// The text of a string, if it is not in the string itself.
std::size_t block_of(const std::string& text) {
  constexpr std::size_t kInside = 15;  // of libstdc++
  return text.capacity() > kInside ? heap_block(text.capacity() + 1) : 0;
}

std::size_t block_of(const std::optional<std::string>& text) { return text ? block_of(*text) : 0; }

// How many bytes an entry uses, beside its place in the table. A record that the memory store holds, too,
// counts all the same: the store may drop it any time.
std::size_t cost_of(const RecordSummary& summary) {
  constexpr std::size_t kCounts = 16;  // the reference counts of make_shared
  return heap_block(kCounts + sizeof summary) + heap_block(Bytes::allocated(summary.record.size())) +
         block_of(summary.identity) + block_of(summary.lifetime_name) + block_of(summary.subject) +
         block_of(summary.migrated_from) + (summary.data ? kPerByte * summary.record.size() : 0);
}

}  // namespace

RecordCache::RecordCache(const RecordFormat& format, std::shared_ptr<const Identity> identity,
                         RecordCacheOptions options)
    : format_(format),
      identity_(std::move(identity)),
      keep_data_(options.keep_data),
      cache_(std::move(options.budget), kWeight) {}

RecordCache::Summary RecordCache::remembered(const std::string& key) const {
  const std::size_t hash = hash_of(key);
  const Summary* known = cache_.find(hash);
  return known != nullptr && (*known)->key_hash == hash ? *known : nullptr;
}

Result<RecordCache::Summary, RejectReason> RecordCache::summary(const std::string& key, const Bytes& bytes) {
  const std::size_t hash = hash_of(key);
  const Summary* known = cache_.find(hash);
  if (known != nullptr && (*known)->key_hash == hash && (*known)->record == bytes) return *known;
  auto summary = summarize(key, hash, bytes);
  if (summary) cache_.put(hash, cost_of(**summary), [&] { return *summary; });
  return summary;
}

Result<RecordCache::Summary, RejectReason> RecordCache::summarize(const std::string& key,
                                                                  std::size_t key_hash,
                                                                  const Bytes& bytes) const {
  static const WantedMembers all;
  auto head = format_.decode_head(key, bytes.view(), keep_data_ ? all : identity_->wanted());
  if (!head) return head.error();
  auto made = describe(*head);
  made->record = bytes;
  made->key_hash = key_hash;
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
