#include "core/store/memory/index.h"

#include <bit>
#include <utility>

namespace session {
namespace {

std::uint32_t reversed(std::uint32_t bits) noexcept {
  std::uint32_t result = 0;
  for (int i = 0; i < 32; ++i) {
    result = result << 1 | (bits & 1);
    bits >>= 1;
  }
  return result;
}

}  // namespace

MemoryEntry* MemoryIndex::find(const HashedKey& key) const noexcept {
  if (nodes_ == 0) return nullptr;
  MemoryEntry* node = bucket(bucket_of(static_cast<std::uint32_t>(key.hash)));
  while (node != nullptr && !node->has(key)) node = node->next_in_bucket;
  return node;
}

void MemoryIndex::insert(MemoryEntry& node) {
  if (buckets_ == 0) {
    add_segment();
    buckets_ = kSegment;
  } else if (nodes_ >= buckets_) {
    split_one();
  }
  MemoryEntry*& head = bucket(bucket_of(node.hash));
  node.next_in_bucket = std::exchange(head, &node);
  ++nodes_;
}

void MemoryIndex::remove(MemoryEntry& node) noexcept {
  MemoryEntry** link = &bucket(bucket_of(node.hash));
  while (*link != &node) link = &(*link)->next_in_bucket;
  *link = node.next_in_bucket;
  --nodes_;
  // Half of the buckets may be empty, so a size that goes up and down splits and joins nothing.
  if (nodes_ < buckets_ / 2 && buckets_ > kSegment) join_one();
}

// A bucket has the nodes whose hashes end in the same bits, so with the bits reversed it is an interval. A
// split divides the interval in two.
std::uint64_t MemoryIndex::keys_from(std::uint64_t position, std::vector<std::string>& keys) const {
  if (nodes_ == 0 || position >= kEnd) return kEnd;
  const auto from = static_cast<std::uint32_t>(position);
  const std::size_t i = bucket_of(reversed(from));
  const bool split = i >= round_ || i < buckets_ - round_;
  const std::size_t interval = kEnd / (split ? 2 * round_ : round_);
  for (const MemoryEntry* node = bucket(i); node != nullptr; node = node->next_in_bucket) {
    if (reversed(node->hash) >= from) keys.emplace_back(node->key());
  }
  return (position / interval + 1) * interval;
}

void MemoryIndex::add_segment() { segments_.push_back(std::make_unique<Segment>()); }

// Adds a bucket, and moves its share of the nodes there from the bucket that held them so far.
void MemoryIndex::split_one() {
  if (buckets_ % kSegment == 0) add_segment();
  MemoryEntry** low = &bucket(buckets_ - round_);
  MemoryEntry** high = &bucket(buckets_);
  for (MemoryEntry* node = *low; node != nullptr; node = node->next_in_bucket) {
    MemoryEntry**& tail = (node->hash & round_) != 0 ? high : low;
    *tail = node;
    tail = &node->next_in_bucket;
  }
  *low = *high = nullptr;
  if (++buckets_ == 2 * round_) round_ *= 2;
}

// Removes the last bucket, and moves its nodes back to the bucket that they were split from.
void MemoryIndex::join_one() noexcept {
  if (buckets_ == round_) round_ /= 2;
  --buckets_;
  MemoryEntry* moved = std::exchange(bucket(buckets_), nullptr);
  MemoryEntry** tail = &bucket(buckets_ - round_);
  while (*tail != nullptr) tail = &(*tail)->next_in_bucket;
  *tail = moved;
  if (buckets_ % kSegment == 0) segments_.pop_back();
}

}  // namespace session
