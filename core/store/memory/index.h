#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/store/memory/entry.h"

namespace session {

// Internal to MemoryStore: finds nodes, which are entries or owners, by key. Linear hashing (Litwin, 1980):
// each insert splits at most one bucket and each removal joins at most one, so no caller ever waits for a
// rehash. Buckets are in segments that never move; there is about one bucket for each node.
//
// Not thread-safe: its shard's lock guards it. Owns its buckets, not the nodes. A Node has next_in_bucket,
// hash, has(HashedKey) and key().
template <class Node>
class LinearHashIndex {
 public:
  // nullptr if there is none.
  [[nodiscard]] Node* find(const HashedKey& key) const noexcept;
  // REQUIRES: no node has this key.
  void insert(Node& node);
  // REQUIRES: the node is here.
  void remove(Node& node) noexcept;
  // Removes every node, and hands it to `dispose`.
  template <class Dispose>
  void clear_and_dispose(Dispose dispose) noexcept {
    for (std::size_t i = 0; i < buckets_; ++i) {
      while (Node* node = bucket(i)) {
        bucket(i) = node->next_in_bucket;
        dispose(node);
      }
    }
    *this = LinearHashIndex();
  }

  // The nodes in an order that stays while nodes come and go: by the bits of their hashes, the lowest first.
  static constexpr std::uint64_t kEnd = std::uint64_t{1} << 32;
  // Appends the nodes of one bucket from a position of that order on, and returns where the next bucket
  // begins; kEnd behind the last.
  [[nodiscard]] std::uint64_t nodes_from(std::uint64_t position, std::vector<const Node*>& nodes) const;

 private:
  static constexpr std::size_t kSegment = 256;
  using Segment = std::array<Node*, kSegment>;

  [[nodiscard]] Node*& bucket(std::size_t i) const noexcept {
    return (*segments_[i / kSegment])[i % kSegment];
  }
  [[nodiscard]] std::size_t bucket_of(std::uint32_t hash) const noexcept {
    const std::size_t i = hash & (2 * round_ - 1);
    return i < buckets_ ? i : i - round_;
  }
  void add_segment();
  void split_one();
  void join_one() noexcept;

  std::vector<std::unique_ptr<Segment>> segments_;
  std::size_t nodes_ = 0;
  std::size_t buckets_ = 0;       // round_ <= buckets_ < 2 * round_ once there are any
  std::size_t round_ = kSegment;  // a power of two: the number of buckets when this round of splits began
};

using MemoryIndex = LinearHashIndex<MemoryEntry>;

}  // namespace session
