#pragma once

#include <memory>
#include <string>

#include "core/store/durable/change_queue.h"
#include "core/store/durable/commit_waiters.h"
#include "core/store/memory/memory_store.h"

namespace session {

// Internal to DurableStore: what its parts share, which its stores keep alive.
struct DurableParts {
  DurableParts(ChangeQueue::Options options, milliseconds deadline, const Clock& clock)
      : queue(options, clock), waiters(queue, deadline, clock) {}

  ChangeQueue queue;
  CommitWaiters waiters;
};

// Internal to DurableStore: the memory store under Durability::commit. Creates, replaces and erases are
// answered when the file has them; everything else is answered as by memory.
class CommittingStore final : public Store {
 public:
  // `observer`: nullptr for none.
  CommittingStore(const MemoryStore& memory, std::shared_ptr<DurableParts> parts, StoreObserver* observer,
                  const Clock& clock);

  Answer<std::optional<Entry>> load(std::string key, LoadTerms terms = {}) override;
  [[nodiscard]] bool time_left_costs() const override { return false; }
  Answer<CreateOutcome> create(std::string key, Bytes bytes, StoreTerms terms) override;
  Answer<ReplaceOutcome> replace(std::string key, Bytes expected, Bytes bytes, StoreTerms terms) override;
  Answer<TouchOutcome> touch(std::string key, StoreTerms terms) override;
  Answer<EraseOutcome> erase(std::string key, std::string owner = {}) override;
  Answer<EraseIfOutcome> erase_if(std::string key, Bytes expected, std::string owner = {}) override;
  Answer<OwnedKeys> owned(std::string owner, std::size_t max) override;
  Answer<void> own(std::string key, std::string owner, milliseconds time_left) override;
  Answer<void> disown(std::string key, std::string owner, seconds as_of) override;
  Answer<KeyPage> keys(std::string cursor, std::size_t max) override;

 private:
  Answer<std::optional<Entry>> load_to_end(std::string key, LoadTerms terms);

  const std::shared_ptr<DurableParts> parts_;
  const std::unique_ptr<MemoryStore> observed_;    // for what waits for nothing
  const std::unique_ptr<MemoryStore> unobserved_;  // for what is reported when it has been written
  StoreObserver* const observer_;
  const Clock& clock_;
};

}  // namespace session
