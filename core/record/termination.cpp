#include "core/record/termination.h"

#include <utility>

namespace session {
namespace {

// A session moves once a login; whoever makes longer chains within a minute is not waiting for their end.
constexpr int kMaxSuccessors = 16;

}  // namespace

std::string migrated_from(const Json& format_fields) {
  return format_fields.is_string() ? format_fields.get<std::string>() : std::string();
}

Task<Result<EraseIfOutcome, StoreFailure>> end_record(SessionEnvironment& environment, std::string key,
                                                      Bytes bytes, std::string former) {
  Store& store = environment.store;
  const auto word = environment.dialect->tombstone({});
  if (former.empty() || !word) co_return co_await store.erase_if(std::move(key), std::move(bytes));
  auto erased = co_await store.erase(std::move(former));
  if (!erased) co_return erased.error();
  Bytes grave(*word);
  auto ended = co_await store.replace(std::move(key), std::move(bytes), std::move(grave), kTombstoneTime);
  if (!ended) co_return ended.error();
  const bool done = *ended == ReplaceOutcome::replaced;
  co_return done ? EraseIfOutcome::erased : EraseIfOutcome::mismatch;
}

Task<Result<EraseOutcome, StoreFailure>> end_legacy(SessionEnvironment& environment, LegacyKey old) {
  const Clock::Steady until = environment.clock.steady_now() + environment.write_deadline;
  do {
    auto loaded = co_await environment.store.load(old.key);
    if (!loaded) co_return loaded.error();
    if (!*loaded) co_return EraseOutcome::absent;
    const Bytes bytes = (*loaded)->bytes;
    const auto record = old.dialect->decode(bytes.view());
    if (!record) co_return EraseOutcome::absent;
    std::string former = migrated_from(record->format_fields);
    auto ended = co_await end_record(environment, old.key, bytes, std::move(former));
    if (!ended) co_return ended.error();
    if (*ended == EraseIfOutcome::erased) co_return EraseOutcome::erased;
  } while (environment.clock.steady_now() < until);
  co_return StoreFailure(StoreFailure::Kind::contended, "an old session kept changing until the deadline");
}

Task<Result<EraseOutcome, StoreFailure>> end_session(SessionEnvironment& environment, std::string key) {
  Store& store = environment.store;
  const Dialect& dialect = *environment.dialect;
  const Clock::Steady until = environment.clock.steady_now() + environment.write_deadline;
  for (int hops = 0; hops < kMaxSuccessors;) {
    auto loaded = co_await store.load(key);
    if (!loaded) co_return loaded.error();
    if (!*loaded) co_return EraseOutcome::absent;
    const Bytes bytes = (*loaded)->bytes;
    std::string next = dialect.successor(bytes.view());
    if (!next.empty()) {
      key = std::move(next);
      ++hops;
      continue;
    }
    const auto record = dialect.decode(bytes.view());
    if (!record && record.error() == RejectReason::unknown) co_return EraseOutcome::absent;
    if (!record && record.error() == RejectReason::malformed) co_return EraseOutcome::erased;
    std::string former = record ? migrated_from(record->format_fields) : std::string();
    auto ended = co_await end_record(environment, key, bytes, std::move(former));
    if (!ended) co_return ended.error();
    if (*ended == EraseIfOutcome::erased) co_return EraseOutcome::erased;
    if (environment.clock.steady_now() >= until) break;
  }
  co_return StoreFailure(StoreFailure::Kind::contended,
                         "the session kept getting other ids until the deadline");
}

}  // namespace session
