#include "core/store/durable/committing_store.h"

#include <utility>

namespace session {

CommittingStore::CommittingStore(const MemoryStore& memory, std::shared_ptr<DurableParts> parts,
                                 StoreObserver* observer, const Clock& clock)
    : parts_(std::move(parts)),
      observed_(observer == nullptr ? memory.unobserved() : memory.observed_by(*observer)),
      unobserved_(memory.unobserved()),
      observer_(observer),
      clock_(clock) {}

Store::Answer<std::optional<Entry>> CommittingStore::load(std::string key, LoadTerms terms) {
  if (terms.copy == LoadTerms::Copy::ends) return load_to_end(std::move(key), terms);
  return observed_->load(std::move(key), terms);
}

// Whoever wants to end what is not there takes it for ended: perhaps by an erase that is not written yet.
Store::Answer<std::optional<Entry>> CommittingStore::load_to_end(std::string key, LoadTerms terms) {
  auto answer = co_await observed_->load(std::move(key), terms);
  if (!answer || *answer) co_return answer;
  auto written = co_await parts_->waiters.written();
  if (!written) co_return written.error();
  co_return answer;
}

Store::Answer<CreateOutcome> CommittingStore::create(std::string key, Bytes bytes, StoreTerms terms) {
  const Observed observed(observer_, StoreCommand::create, clock_);
  if (parts_->waiters.failing()) co_return observed.reported(parts_->waiters.failure());
  const auto answer = co_await unobserved_->create(std::move(key), std::move(bytes), std::move(terms));
  if (!answer) co_return observed.reported(answer.error());
  if (*answer == CreateOutcome::created) {
    const auto written = co_await parts_->waiters.written();
    if (!written) co_return observed.reported(written.error());
  }
  co_return observed.reported(*answer);
}

Store::Answer<ReplaceOutcome> CommittingStore::replace(std::string key, Bytes expected, Bytes bytes,
                                                       StoreTerms terms) {
  const Observed observed(observer_, StoreCommand::replace, clock_);
  if (parts_->waiters.failing()) co_return observed.reported(parts_->waiters.failure());
  const auto answer =
      co_await unobserved_->replace(std::move(key), std::move(expected), std::move(bytes), std::move(terms));
  if (!answer) co_return observed.reported(answer.error());
  if (*answer == ReplaceOutcome::replaced) {
    const auto written = co_await parts_->waiters.written();
    if (!written) co_return observed.reported(written.error());
  }
  co_return observed.reported(*answer);
}

Store::Answer<TouchOutcome> CommittingStore::touch(std::string key, StoreTerms terms) {
  return observed_->touch(std::move(key), std::move(terms));
}

// Waits also if there was nothing: perhaps another erase, which is not written yet, has just removed it.
Store::Answer<EraseOutcome> CommittingStore::erase(std::string key, std::string owner) {
  const Observed observed(observer_, StoreCommand::erase, clock_);
  const auto answer = co_await unobserved_->erase(std::move(key), std::move(owner));
  if (!answer) co_return observed.reported(answer.error());
  const auto written = co_await parts_->waiters.written();
  if (!written) co_return observed.reported(written.error());
  co_return observed.reported(*answer);
}

Store::Answer<EraseIfOutcome> CommittingStore::erase_if(std::string key, Bytes expected, std::string owner) {
  const Observed observed(observer_, StoreCommand::erase_if, clock_);
  const auto answer = co_await unobserved_->erase_if(std::move(key), std::move(expected), std::move(owner));
  if (!answer) co_return observed.reported(answer.error());
  const auto written = co_await parts_->waiters.written();
  if (!written) co_return observed.reported(written.error());
  co_return observed.reported(*answer);
}

// As load_to_end(): what the list lacks may have been erased by somebody whose change is not written yet.
Store::Answer<OwnedKeys> CommittingStore::owned(std::string owner, std::size_t max) {
  auto answer = co_await observed_->owned(std::move(owner), max);
  if (!answer) co_return answer;
  auto written = co_await parts_->waiters.written();
  if (!written) co_return written.error();
  co_return answer;
}

Store::Answer<void> CommittingStore::own(std::string key, std::string owner, milliseconds time_left) {
  return observed_->own(std::move(key), std::move(owner), time_left);
}

Store::Answer<void> CommittingStore::disown(std::string key, std::string owner, seconds as_of) {
  return observed_->disown(std::move(key), std::move(owner), as_of);
}

Store::Answer<KeyPage> CommittingStore::keys(std::string cursor, std::size_t max) {
  return observed_->keys(std::move(cursor), max);
}

}  // namespace session
