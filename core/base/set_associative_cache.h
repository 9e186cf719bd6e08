#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "core/base/admission_policy.h"
#include "core/base/cache_budget.h"
#include "core/base/heap.h"

namespace session {

// A set-associative cache whose memory comes from a budget: the hash of a key picks a set of four slots, one
// of which may hold its entry. A different hash rules out a hit before the entry is looked at; who finds one
// compares what it was made from, because two keys may have one hash.
//
// The table starts small, and follows the number of keys that are asked for, as far as the budget has room.
// It grows when a set is full while a third of all slots are in use, and shrinks while less than an eighth
// are. It does so by linear hashing (Litwin, 1980): a segment of slots comes or goes at a time, which shares
// the entries of one other segment. So no put() waits for a whole table to be moved. Without room for more,
// about one miss in eight takes the place of another entry (AdmissionPolicy).
//
// It never throws bad_alloc: a cache is no reason to fail. Not thread-safe: each thread has its own.
template <class Entry>
class SetAssociativeCache {
  // Only 32 bits of the hash and of the cost, so that a set of pointers takes no more than a line of the
  // processor's cache.
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t cost = 0;  // 0: the slot is free
    Entry entry{};
  };
  static constexpr std::size_t kWays = 4;
  using Set = std::array<Slot, kWays>;
  static constexpr std::size_t kSegmentSets = 256;

 public:
  static constexpr std::size_t kSegmentSlots = kSegmentSets * kWays;

  // `weight`: its share of the budget, in relation to other caches. REQUIRES: `budget` is not null, and
  // weight > 0.
  SetAssociativeCache(std::shared_ptr<CacheBudget> budget, std::size_t weight)
      : budget_(std::move(budget)), weight_(weight) {}
  ~SetAssociativeCache() { release(); }
  SetAssociativeCache(const SetAssociativeCache&) = delete;
  SetAssociativeCache& operator=(const SetAssociativeCache&) = delete;

  // The entry of a key with this hash, whose low bits must depend on all of the key; nullptr: none. Valid
  // until the next put() or release().
  [[nodiscard]] const Entry* find(std::size_t hash) const noexcept {
    if (sets_ == 0) return nullptr;
    for (const Slot& slot : set(index_of(hash))) {
      if (slot.hash == static_cast<std::uint32_t>(hash) && slot.cost != 0) return &slot.entry;
    }
    return nullptr;
  }

  // Keeps what `make` returns for this hash, in place of what it had, unless there is no room. `cost`: the
  // bytes that the entry takes beside its slot, at least 1.
  template <class Make>
  void put(std::size_t hash, std::size_t cost, Make make) {
    assert(cost > 0);
    try {
      join();
      if (budget_->is_exceeded() && should_shrink()) clear();  // The budget has been lowered.
      if (sets_ == 0 && !add_segment()) return;
      if (entries_ < slots() / 8 && sets_ > kSegmentSets) remove_segment();
      Slot* slot = place(hash);
      if (slot == nullptr && grow()) slot = place(hash);
      if (slot != nullptr && slot->cost != 0) {
        forget(*slot);  // It is out of date, whether or not there is room for the other.
      } else if ((slot == nullptr || should_shrink() || !budget_->fits(cost)) && !admission_.admit_next()) {
        return;
      }
      if (cost > std::numeric_limits<std::uint32_t>::max() || !budget_->fits(cost, held_ - table_bytes()))
        return;
      Entry entry = make();
      if (slot == nullptr) slot = &set(index_of(hash))[victim_++ % kWays];
      forget(*slot);
      if (should_shrink()) give_way();
      while (!budget_->reserve(cost)) {
        if (!forget_next()) return;  // Another cache has reserved the room meanwhile.
      }
      held_ += cost;
      ++entries_;
      *slot = {static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(cost), std::move(entry)};
    } catch (const std::bad_alloc&) {
    }
  }

  // Empties the cache, and frees its memory. It has no share of the budget until the next put().
  void release() {
    clear();
    if (std::exchange(has_share_, false)) budget_->leave(weight_);
  }

  // How many bytes of the budget it uses.
  [[nodiscard]] std::size_t held_bytes() const noexcept { return held_; }
  [[nodiscard]] std::size_t entries() const noexcept { return entries_; }
  // How many slots there are, free ones included, and how many bytes they take.
  [[nodiscard]] std::size_t slots() const noexcept { return sets_ * kWays; }
  [[nodiscard]] std::size_t table_bytes() const noexcept { return sets_ / kSegmentSets * segment_bytes(); }
  // The size of the smallest table.
  [[nodiscard]] static std::size_t segment_bytes() noexcept { return heap_block(kSegmentSets * sizeof(Set)); }

 private:
  // The sets that a round of growth has not come to yet hold what belongs to those to come.
  [[nodiscard]] std::size_t index_of(std::size_t hash) const noexcept {
    const std::size_t index = static_cast<std::uint32_t>(hash) & (2 * round_ - 1);
    return index < sets_ ? index : index - round_;
  }
  [[nodiscard]] Set& set(std::size_t index) noexcept {
    return segments_[index / kSegmentSets][index % kSegmentSets];
  }
  [[nodiscard]] const Set& set(std::size_t index) const noexcept {
    return segments_[index / kSegmentSets][index % kSegmentSets];
  }

  // The slot that has this hash, or the first free one of its set; nullptr: others have them all.
  [[nodiscard]] Slot* place(std::size_t hash) noexcept {
    Slot* free = nullptr;
    for (Slot& slot : set(index_of(hash))) {
      if (slot.cost == 0) {
        if (free == nullptr) free = &slot;
      } else if (slot.hash == static_cast<std::uint32_t>(hash)) {
        return &slot;
      }
    }
    return free;
  }

  // Also if the budget has no room yet: others give way to a share.
  void join() noexcept {
    if (!std::exchange(has_share_, true)) budget_->join(weight_);
  }

  void clear() {
    segments_ = std::vector<std::vector<Set>>();
    sets_ = 0;
    round_ = 0;
    entries_ = 0;
    budget_->release(std::exchange(held_, 0));
  }

  [[nodiscard]] bool should_shrink() const noexcept { return budget_->should_shrink(held_, weight_); }

  // Adds a segment if that is worthwhile and possible.
  [[nodiscard]] bool grow() { return 3 * entries_ >= slots() && !should_shrink() && add_segment(); }

  // Returns false, and changes nothing, if the budget or the heap has no room for it, or the hash no bits. A
  // round, which begins with `round_` sets, ends when it has added as many.
  [[nodiscard]] bool add_segment() {
    if (sets_ > std::numeric_limits<std::uint32_t>::max() / 2 || !budget_->reserve(segment_bytes()))
      return false;
    try {
      segments_.emplace_back(kSegmentSets);
    } catch (const std::bad_alloc&) {
      budget_->release(segment_bytes());
      return false;
    }
    held_ += segment_bytes();
    const std::size_t first = std::exchange(sets_, sets_ + kSegmentSets);
    for (std::size_t index = first; index < sets_ && first > 0; ++index) {
      for (Slot& slot : set(index - round_)) {
        if (slot.cost != 0 && index_of(slot.hash) == index) move(slot);
      }
    }
    if (first == 0 || sets_ == 2 * round_) round_ = sets_;
    return true;
  }

  // The reverse: the last segment goes, and who has no place in the other is forgotten.
  void remove_segment() {
    if (sets_ == round_) round_ /= 2;
    sets_ -= kSegmentSets;
    for (Set& set : segments_.back()) {
      for (Slot& slot : set) {
        if (slot.cost != 0) move(slot);
      }
    }
    segments_.pop_back();
    held_ -= segment_bytes();
    budget_->release(segment_bytes());
  }

  // Moves an entry to the set that is its own now, or forgets it.
  void move(Slot& slot) {
    Slot* to = place(slot.hash);
    if (to != nullptr && to->cost == 0) {
      *to = std::exchange(slot, Slot{});
    } else {
      forget(slot);
    }
  }

  // Forgets more than an entry adds, so that other caches get what they have a right to.
  void give_way() {
    (void)forget_next();
    (void)forget_next();
  }

  // Forgets the next entry, in the order of the table. Returns false if there is none.
  bool forget_next() {
    if (entries_ == 0) return false;
    for (;;) {
      if (++hand_ >= slots()) hand_ = 0;
      Slot& slot = set(hand_ / kWays)[hand_ % kWays];
      if (slot.cost == 0) continue;
      forget(slot);
      return true;
    }
  }

  void forget(Slot& slot) {
    if (slot.cost == 0) return;
    const std::size_t cost = slot.cost;
    slot = Slot{};
    --entries_;
    held_ -= cost;
    budget_->release(cost);
  }

  std::shared_ptr<CacheBudget> budget_;
  std::size_t weight_;
  bool has_share_ = false;
  std::vector<std::vector<Set>> segments_;  // of kSegmentSets each
  std::size_t sets_ = 0;                    // of all segments; 0: there is no table
  std::size_t round_ = 0;                   // a power of two; at most sets_, which is less than twice as many
  AdmissionPolicy admission_;
  std::size_t held_ = 0;
  std::size_t entries_ = 0;
  std::size_t hand_ = 0;    // the slot that was forgotten last to make room
  std::size_t victim_ = 0;  // modulo kWays: which slot of a full set gives way next
};

}  // namespace session
