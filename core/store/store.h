#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

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
  // milliseconds::max(): until it is erased. nullopt: the load did not ask for it (LoadTerms::time_left).
  std::optional<milliseconds> time_left{};
  // A copy that the store had kept, which may be out of date: the store could not be asked.
  bool stale = false;
};

// What the caller of a load needs. It has no destructor that does anything: a temporary one may be an operand
// of co_await.
struct LoadTerms {
  // A value of any size is of use.
  static constexpr std::size_t kAnySize = std::numeric_limits<std::size_t>::max();

  // A value of more bytes is of no use to this caller: a store that transfers values may return no bytes for
  // it, so that one large value does not delay the others.
  std::size_t max_bytes = kAnySize;
  // Whether Entry::time_left is needed. Without it a store that has to ask for the time may leave it out.
  bool time_left = true;
  // What becomes of a copy that a store keeps nearer than its entries, and of which it knows no change.
  enum class Copy {
    refused,  // who writes, or decides for good by what is there, needs the entry itself
    will_do,
    ends,  // as refused, and it serves no more: somebody wants to change the entry, whether or not he can
  };
  Copy copy = Copy::refused;
};
static_assert(std::is_trivially_destructible_v<LoadTerms>);

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
    std::string owner = {};
  };
  // How many entries an owner may have.
  struct OwnerLimit {
    std::size_t max = 0;
    std::string instead_of = {};  // the key of an entry that does not count, because this one replaces it
  };

  milliseconds ttl;  // milliseconds::max(): until it is erased
  Retention retention;
  // Of an entry that is replaced or touched. A store that bounds expendable entries needs it, to know by how
  // much one stays longer: without it (nullopt: not known) the entry may count twice or not at all. A store
  // that keeps owners apart from entries needs it of every entry that has an owner, before or after.
  std::optional<Former> former = {};
  // Whose the entry is: Store::owned() lists its key under this name. Some 64 bytes; empty: nobody's.
  std::string owner = {};
  // For a create: fails as `too_many` if the owner has so many entries, among them perhaps some that have
  // just ended (Store::disown).
  std::optional<OwnerLimit> owner_limit = {};
};

// Some of the keys of a store.
struct KeyPage {
  std::vector<std::string> keys;
  std::string cursor;  // where the next page begins; empty: there is none
};

// The keys of an owner.
struct OwnedKeys {
  std::vector<std::string> keys;
  seconds as_of{};  // when they were listed, by a clock of the store's: for disown()
};

enum class CreateOutcome { created, exists, too_many };
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
// Entries may have an owner, and owned() lists an owner's keys. It may name what is gone, or is not there
// yet, and never misses what is there: an entry is listed before it can be loaded, and until it is erased or
// expires. So whoever reads the list and then erases what it names has erased every entry that was created
// before.
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

  // What the key holds now; nullopt if it is absent or expired. Does not change the time to live.
  virtual Answer<std::optional<Entry>> load(std::string key, LoadTerms terms = {}) = 0;
  // Whether a load costs less without LoadTerms::time_left.
  [[nodiscard]] virtual bool time_left_costs() const { return true; }

  // Stores bytes under a key that holds nothing. `exists`, without a change, if it holds something.
  virtual Answer<CreateOutcome> create(std::string key, Bytes bytes, StoreTerms terms) = 0;

  // Replaces bytes and terms if the key holds exactly `expected`; else changes nothing.
  virtual Answer<ReplaceOutcome> replace(std::string key, Bytes expected, Bytes bytes, StoreTerms terms) = 0;

  // Sets the time to live, and the owner if the terms name one, and leaves the bytes. Never brings an expired
  // entry back. `full`: an expendable entry has no room to stay longer, and keeps its time to live.
  virtual Answer<TouchOutcome> touch(std::string key, StoreTerms terms) = 0;

  // Removes the key, whatever it holds. `absent`: there was nothing (or it had expired). `owner` is the
  // entry's, as far as the caller knows: with a wrong one owned() may go on to name the key.
  virtual Answer<EraseOutcome> erase(std::string key, std::string owner = {}) = 0;

  // Removes the key if it holds exactly `expected`; else changes nothing.
  virtual Answer<EraseIfOutcome> erase_if(std::string key, Bytes expected, std::string owner = {}) = 0;

  // The keys of the entries that the owner has, at most `max`, preferably those that were written last.
  virtual Answer<OwnedKeys> owned(std::string owner, std::size_t max) = 0;

  // Names the owner of an entry that another program has written. Changes nothing else; no error if there is
  // no such entry. `time_left` is the entry's.
  virtual Answer<void> own(std::string key, std::string owner, milliseconds time_left) = 0;

  // Removes a key from what owned() lists, because it was loaded after a list of that time (OwnedKeys::as_of)
  // and held no entry of this owner. Never takes an entry that is there out of the list: a key that was
  // listed less than a minute before that time stays, because its create() may be under way. Nothing but
  // room is lost if this fails. Where the lists are exact, it changes nothing.
  virtual Answer<void> disown(std::string key, std::string owner, seconds as_of) = 0;

  // Keys of the store, about `max`, from a cursor on: that of the page before, empty for the first. Every key
  // that is there from the first page to the last is on one of them, or on several if the store changes
  // meanwhile. An unknown cursor begins anew.
  virtual Answer<KeyPage> keys(std::string cursor, std::size_t max) = 0;
};

}  // namespace session
