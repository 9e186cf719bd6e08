#include "core/session/termination.h"

#include <utility>

namespace session {
namespace {

// The number of successors that are followed. A session gets another id once per login, so only a client that
// rotates ids on purpose makes a longer chain within a tombstone's time.
constexpr int kMaxSuccessors = 16;

// Ends the session that the store keeps under a legacy key, or erases what it can't read there: its own
// application may be able to. A request may be migrating it just now: it has read the session, and would
// write it under another key. So that key is taken first.
Task<Result<EraseOutcome, StoreFailure>> end_legacy(SessionEnvironment& environment, LegacyKey legacy) {
  const Clock::Steady until = environment.clock.steady_now() + environment.write_deadline;
  RecordStore& records = *legacy.records;
  do {
    auto loaded = co_await records.load(legacy.key, true, LoadTerms::Copy::ends);
    if (!loaded) co_return loaded.error();
    if (!*loaded) co_return EraseOutcome::absent;
    const Bytes version = (*loaded)->bytes;
    auto record = records.decode(legacy.key, version);
    if (!record && record.error() == RejectReason::malformed) co_return co_await records.erase(legacy.key);
    if (!record) co_return EraseOutcome::absent;
    auto stopped = co_await environment.records.refuse_migration(legacy.migrated_key);
    if (!stopped) co_return stopped.error();
    auto ended = co_await records.end(legacy.key, version, std::move(record->migrated_from));
    if (!ended) co_return ended.error();
    if (*ended == EraseIfOutcome::erased) co_return EraseOutcome::erased;
  } while (environment.clock.steady_now() < until);
  co_return StoreFailure(StoreFailure::Kind::contended, "an old session kept changing until the deadline");
}

// Ends the session that a legacy cookie's key stands for. Keys of the format in use may hold tombstones,
// which name the id that a migrated session got since.
Task<Result<std::string, StoreFailure>> end_named(SessionEnvironment& environment, LegacyKey legacy) {
  std::string key = legacy.key;
  if (legacy.records == &environment.records) co_return co_await end_session(environment, std::move(key));
  auto ended = co_await end_legacy(environment, std::move(legacy));
  if (!ended) co_return ended.error();
  co_return *ended == EraseOutcome::erased ? key : std::string();
}

}  // namespace

Task<Result<std::string, StoreFailure>> end_session(SessionEnvironment& environment, std::string key) {
  RecordStore& records = environment.records;
  const Clock::Steady until = environment.clock.steady_now() + environment.write_deadline;
  for (int hops = 0; hops < kMaxSuccessors;) {
    auto loaded = co_await records.load(key, true, LoadTerms::Copy::ends);
    if (!loaded) co_return loaded.error();
    if (!*loaded) co_return std::string();
    const Bytes version = (*loaded)->bytes;
    std::string next = records.successor(version);
    if (!next.empty()) {
      key = std::move(next);
      ++hops;
      continue;
    }
    auto record = records.decode(key, version);
    if (!record && record.error() == RejectReason::malformed) {
      auto erased = co_await records.erase(key);
      if (!erased) co_return erased.error();
      co_return *erased == EraseOutcome::erased ? key : std::string();
    }
    if (!record) co_return std::string();
    std::optional<std::string> migrated_from = std::move(record->migrated_from);
    auto ended = co_await records.end(key, version, std::move(migrated_from));
    if (!ended) co_return ended.error();
    if (*ended == EraseIfOutcome::erased) co_return key;
    if (environment.clock.steady_now() >= until) break;
  }
  co_return StoreFailure(StoreFailure::Kind::contended,
                         "the session kept getting other ids until the deadline");
}

Task<EndedSessions> end_sessions(SessionEnvironment& environment, std::vector<LegacyKey> keys,
                                 OnFailure on_failure) {
  const Clock::Steady until = environment.clock.steady_now() + environment.write_deadline;
  EndedSessions all;
  for (LegacyKey& each : keys) {
    auto ended = co_await end_named(environment, std::move(each));
    if (ended && !ended->empty()) all.keys.push_back(std::move(*ended));
    if (ended) continue;
    if (!all.failure) all.failure = ended.error();
    if (on_failure == OnFailure::stop || environment.clock.steady_now() >= until) break;
  }
  co_return all;
}

}  // namespace session
