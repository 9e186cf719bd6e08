#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/task.h"

namespace session {

// Why a store could not answer. Never means "there is no such session": absence is a value.
struct StoreFailure {
  enum class Kind {
    unavailable,  // not reachable, refused, or not in time: the caller answers 503
    contended,    // a compare-and-set lost every race until its deadline: 503, try again
    full,         // the store has no room for the bytes: 503
  };
  StoreFailure() = default;
  explicit StoreFailure(Kind k, std::string text = {}) : kind(k), detail(std::move(text)) {}

  Kind kind = Kind::unavailable;
  std::string detail;  // for the log: what was tried and what came back; holds no key and no session data
};

// What a key holds, and for how long still.
struct Entry {
  Bytes bytes;
  milliseconds time_left{};
};

// Which entries a store that runs out of room gives up first.
enum class Retention {
  keep,        // after all expendable ones
  expendable,  // a store may also bound how many bytes of these it holds
};

// How long a store keeps what is written.
struct StoreTerms {
  // A plain time to live is that of an entry to keep.
  template <class Rep, class Period>
  StoreTerms(std::chrono::duration<Rep, Period> time_to_live,  // NOLINT(google-explicit-constructor)
             Retention kept = Retention::keep)
      : ttl(time_to_live), retention(kept) {}

  // An entry as it was when the caller loaded or wrote it.
  struct Former {
    std::size_t bytes = 0;
    milliseconds time_left{};
  };

  milliseconds ttl;  // milliseconds::max(): until it is erased
  Retention retention;
  // Of an expendable entry that is replaced or touched: a store that bounds these needs it, to know by how
  // much it stays longer. nullopt: not known, and the entry may count twice or not at all.
  std::optional<Former> former = {};
};

enum class CreateOutcome { created, exists };
enum class ReplaceOutcome { replaced, mismatch };
enum class TouchOutcome { touched, absent };
enum class EraseOutcome { erased, absent };
enum class EraseIfOutcome { erased, mismatch };

// The seam: bytes under a key with a time to live, and compare-and-set. Policy, encoding and key hashing live
// above it, once; a store knows nothing of sessions, cookies or JSON.
//
// Every write is a create, or a replace of exactly the bytes that were read. With that alone no update is
// lost and nothing erased comes back; so there is deliberately no plain "put".
//
// Thread-safe: all functions may be called from every thread at once. Each is atomic.
// Time: an entry whose time to live has run out is absent, to the millisecond, whether or not its memory is
// freed yet. REQUIRES: every ttl is at least 1 ms.
// Keys are at most 8192 bytes. Those of some formats hold the ids of sessions: never log one.
// Errors: StoreFailure when the store cannot say; never used for absence.
// The tests in tests/support/store_contract.h run against every store.
class Store {
 public:
  template <class T>
  using Answer = Task<Result<T, StoreFailure>>;

  virtual ~Store() = default;

  // For load(): a value is of use whatever its size is.
  static constexpr std::size_t kAnySize = std::numeric_limits<std::size_t>::max();

  // What the key holds now; nullopt if it is absent or expired. Does not change the time to live.
  // A value of more than `max_bytes` is of no use to this caller: a store that transfers values may return no
  // bytes for it, so that one large value does not delay the others.
  virtual Answer<std::optional<Entry>> load(std::string key, std::size_t max_bytes = kAnySize) = 0;

  // Stores bytes under a key that holds nothing. `exists`, without a change, if it holds something.
  virtual Answer<CreateOutcome> create(std::string key, Bytes bytes, StoreTerms terms) = 0;

  // Replaces bytes and terms if the key holds exactly `expected`; else changes nothing.
  virtual Answer<ReplaceOutcome> replace(std::string key, Bytes expected, Bytes bytes, StoreTerms terms) = 0;

  // Sets the time to live and leaves the bytes. Never brings an expired entry back. `full`: an expendable
  // entry has no room to stay longer, and keeps its time to live.
  virtual Answer<TouchOutcome> touch(std::string key, StoreTerms terms) = 0;

  // Removes the key, whatever it holds. `absent`: there was nothing (or it had expired).
  virtual Answer<EraseOutcome> erase(std::string key) = 0;

  // Removes the key if it holds exactly `expected`; else changes nothing.
  virtual Answer<EraseIfOutcome> erase_if(std::string key, Bytes expected) = 0;
};

}  // namespace session
