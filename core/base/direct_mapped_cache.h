#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "core/base/admission_policy.h"
#include "core/base/cache_budget.h"

namespace session {

inline constexpr std::size_t kMaxCacheSlots = std::size_t{1} << 30;

// A direct-mapped cache whose memory comes from a budget: the hash of a key picks the one slot that may hold
// its entry, and a different hash rules out a hit before the entry is looked at.
//
// The table starts small. It doubles when two keys meet in one slot while at least half of the slots are in
// use, so its size follows the number of keys that are asked for, as far as the budget has room. Without room
// for more, one miss in eight takes the place of another entry (AdmissionPolicy).
//
// What it holds never exceeds what it has reserved. It never throws bad_alloc: a cache is no reason to fail.
// Not thread-safe: each thread has its own.
template <class Entry>
class DirectMappedCache {
  // A power of two, so that no slot straddles two lines of the processor's cache.
  static constexpr std::size_t kSlotBytes = std::bit_ceil(2 * sizeof(std::size_t) + sizeof(Entry));

  struct alignas(kSlotBytes) Slot {
    std::size_t hash = 0;
    std::size_t cost = 0;  // 0: the slot is free
    Entry entry{};
  };

 public:
  static constexpr std::size_t kFirstSlots = 1024;

  // REQUIRES: `budget` is not null; `max_slots` is a power of two.
  explicit DirectMappedCache(std::shared_ptr<CacheBudget> budget, std::size_t max_slots = kMaxCacheSlots)
      : budget_(std::move(budget)), max_slots_(max_slots) {
    budget_->join();
  }
  ~DirectMappedCache() {
    release();
    budget_->leave();
  }
  DirectMappedCache(const DirectMappedCache&) = delete;
  DirectMappedCache& operator=(const DirectMappedCache&) = delete;

  // The entry of a key with this hash; nullptr: none. Valid until the next put() or release().
  [[nodiscard]] const Entry* find(std::size_t hash) const noexcept {
    if (slots_.empty()) return nullptr;
    const Slot& slot = slots_[hash & (slots_.size() - 1)];
    return slot.hash == hash && slot.cost != 0 ? &slot.entry : nullptr;
  }

  // Keeps what `make` returns for this hash, in place of what it had, unless there is no room. `cost`: the
  // bytes of the entry beside its slot, at least 1.
  template <class Make>
  void put(std::size_t hash, std::size_t cost, Make make) {
    try {
      if (!has_table()) return;
      Slot* slot = &slot_of(hash);
      if (is_anothers(*slot, hash) && grow()) slot = &slot_of(hash);
      const bool is_crowded = is_anothers(*slot, hash) || (slot->cost == 0 && cost > budget_->free());
      if (is_crowded && !admission_.admit_next()) return;
      Entry entry = make();
      forget(*slot);
      if (budget_->should_shrink(held_)) {
        (void)forget_next();
        (void)forget_next();
      }
      if (!make_room(cost)) return;
      slot->hash = hash;
      slot->cost = cost;
      slot->entry = std::move(entry);
      held_ += cost;
      ++entries_;
    } catch (const std::bad_alloc&) {
    }
  }

  // Empties the cache, and frees its memory.
  void release() {
    budget_->release(held_);
    held_ = 0;
    entries_ = 0;
    hand_ = 0;
    slots_ = std::vector<Slot>();
  }

  // How many bytes of the budget it uses, approximately.
  [[nodiscard]] std::size_t held_bytes() const noexcept { return held_; }
  [[nodiscard]] std::size_t entries() const noexcept { return entries_; }
  // The size of a table with this number of slots, without what the entries cost.
  [[nodiscard]] static constexpr std::size_t table_bytes(std::size_t slots) { return slots * sizeof(Slot); }

 private:
  [[nodiscard]] Slot& slot_of(std::size_t hash) noexcept { return slots_[hash & (slots_.size() - 1)]; }
  [[nodiscard]] static bool is_anothers(const Slot& slot, std::size_t hash) noexcept {
    return slot.cost != 0 && slot.hash != hash;
  }

  // Returns true if there is a table; makes one if the budget has room for it.
  [[nodiscard]] bool has_table() {
    return !slots_.empty() || replace_table(std::min(kFirstSlots, max_slots_));
  }

  // Doubles the table if that is worthwhile and possible. Entries that were kept in two slots are in two
  // again, since the hash picks a slot by its low bits.
  [[nodiscard]] bool grow() {
    const std::size_t slots = slots_.size();
    if (entries_ < slots / 2 || slots >= max_slots_) return false;
    if (budget_->should_shrink(held_ + table_bytes(slots))) return false;
    return replace_table(2 * slots);
  }

  // Moves all entries to a new table of at least the size. Returns false, and changes nothing, if the budget
  // has no room for it beside the old one.
  [[nodiscard]] bool replace_table(std::size_t slots) {
    if (table_bytes(slots) > budget_->free()) return false;
    std::vector<Slot> table(slots);
    if (!budget_->reserve(table_bytes(slots))) return false;
    for (Slot& slot : slots_) {
      if (slot.cost != 0) table[slot.hash & (slots - 1)] = std::move(slot);
    }
    slots_.swap(table);
    budget_->release(table_bytes(table.size()));
    held_ += table_bytes(slots) - table_bytes(table.size());
    return true;
  }

  // Reserves that many bytes, and forgets entries for them. Returns false, and forgets nothing, if its own
  // entries would not free enough because other caches hold the room.
  [[nodiscard]] bool make_room(std::size_t bytes) {
    if (bytes > budget_->free() + held_ - table_bytes(slots_.size())) return false;
    while (!budget_->reserve(bytes)) {
      if (!forget_next()) return false;  // Another cache has reserved the room meanwhile.
    }
    return true;
  }

  // Forgets the next entry, in the order of the table. Returns false if there is none.
  bool forget_next() {
    if (entries_ == 0) return false;  // Without this, every miss would search the whole empty table.
    const auto next = [this] { return std::exchange(hand_, (hand_ + 1) & (slots_.size() - 1)); };
    std::size_t at = next();
    while (slots_[at].cost == 0) at = next();
    forget(slots_[at]);
    return true;
  }

  void forget(Slot& slot) {
    if (slot.cost == 0) return;
    budget_->release(slot.cost);
    held_ -= slot.cost;
    --entries_;
    slot = Slot{};
  }

  std::shared_ptr<CacheBudget> budget_;
  std::size_t max_slots_;
  std::vector<Slot> slots_;  // empty: there is no table
  AdmissionPolicy admission_;
  std::size_t held_ = 0;
  std::size_t entries_ = 0;  // slots in use
  std::size_t hand_ = 0;     // the slot to be forgotten next when room is needed
};

}  // namespace session
