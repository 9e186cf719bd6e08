#include "core/store/memory/index.h"

#include <bit>
#include <utility>

#include "core/store/memory/owners.h"

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

template <class Node>
Node* LinearHashIndex<Node>::find(const HashedKey& key) const noexcept {
  if (nodes_ == 0) return nullptr;
  Node* node = bucket(bucket_of(static_cast<std::uint32_t>(key.hash)));
  while (node != nullptr && !node->has(key)) node = node->next_in_bucket;
  return node;
}

template <class Node>
void LinearHashIndex<Node>::insert(Node& node) {
  if (buckets_ == 0) {
    add_segment();
    buckets_ = kSegment;
  } else if (nodes_ >= buckets_) {
    split_one();
  }
  Node*& head = bucket(bucket_of(node.hash));
  node.next_in_bucket = std::exchange(head, &node);
  ++nodes_;
}

template <class Node>
void LinearHashIndex<Node>::remove(Node& node) noexcept {
  Node** link = &bucket(bucket_of(node.hash));
  while (*link != &node) link = &(*link)->next_in_bucket;
  *link = node.next_in_bucket;
  --nodes_;
  // Half of the buckets may be empty, so a size that goes up and down splits and joins nothing.
  if (nodes_ < buckets_ / 2 && buckets_ > kSegment) join_one();
}

// A bucket has the nodes whose hashes end in the same bits, so with the bits reversed it is an interval. A
// split divides the interval in two.
template <class Node>
std::uint64_t LinearHashIndex<Node>::nodes_from(std::uint64_t position,
                                                std::vector<const Node*>& nodes) const {
  if (nodes_ == 0 || position >= kEnd) return kEnd;
  const auto from = static_cast<std::uint32_t>(position);
  const std::size_t i = bucket_of(reversed(from));
  const bool split = i >= round_ || i < buckets_ - round_;
  const std::size_t interval = kEnd / (split ? 2 * round_ : round_);
  for (const Node* node = bucket(i); node != nullptr; node = node->next_in_bucket) {
    if (reversed(node->hash) >= from) nodes.push_back(node);
  }
  return (position / interval + 1) * interval;
}

template <class Node>
void LinearHashIndex<Node>::add_segment() {
  segments_.push_back(std::make_unique<Segment>());
}

// Adds a bucket, and moves its share of the nodes there from the bucket that held them so far.
template <class Node>
void LinearHashIndex<Node>::split_one() {
  if (buckets_ % kSegment == 0) add_segment();
  Node** low = &bucket(buckets_ - round_);
  Node** high = &bucket(buckets_);
  for (Node* node = *low; node != nullptr; node = node->next_in_bucket) {
    Node**& tail = (node->hash & round_) != 0 ? high : low;
    *tail = node;
    tail = &node->next_in_bucket;
  }
  *low = *high = nullptr;
  if (++buckets_ == 2 * round_) round_ *= 2;
}

// Removes the last bucket, and moves its nodes back to the bucket that they were split from.
template <class Node>
void LinearHashIndex<Node>::join_one() noexcept {
  if (buckets_ == round_) round_ /= 2;
  --buckets_;
  Node* moved = std::exchange(bucket(buckets_), nullptr);
  Node** tail = &bucket(buckets_ - round_);
  while (*tail != nullptr) tail = &(*tail)->next_in_bucket;
  *tail = moved;
  if (buckets_ % kSegment == 0) segments_.pop_back();
}

template class LinearHashIndex<MemoryEntry>;
template class LinearHashIndex<MemoryOwner>;

}  // namespace session
