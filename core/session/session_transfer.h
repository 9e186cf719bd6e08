#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/session/environment.h"

namespace session {

// A record on its way from one store to another. Its key is secret in formats whose keys contain the ids of
// sessions, and its bytes are all that the session holds.
struct TransferRecord {
  // Which of the formats that are accepted has written it; empty: the one in use.
  std::string format = {};
  std::string key;   // behind the prefix of the format (Format::store_prefix), which another store has not
  Bytes bytes = {};  // of a record, exactly as the store has them
  // Of a tombstone, in place of the bytes: the key of the successor behind the prefix, or empty if the
  // session has ended.
  std::optional<std::string> next = {};
  std::optional<milliseconds> expires = {};  // Unix time, exact to a second; nullopt: never
};

// Moves all sessions of a store to another one, so that their cookies go on there: reads records in pages,
// and creates them as they were. Whether cookies and keys mean the same at both is the caller's to know.
//
// Not thread-safe: it works on a SessionManager, which must outlive it, on that thread. Errors: the store did
// not answer.
class SessionTransfer {
 public:
  explicit SessionTransfer(SessionEnvironment& environment) : environment_(environment) {}

  template <class T>
  using Answer = Task<Result<T, StoreFailure>>;

  struct Page {
    std::vector<TransferRecord> records;
    std::size_t unreadable = 0;  // records of the format in use that it can't read: none of the page
    std::string cursor;          // where the next page begins; empty: there is none
  };
  // The records under about `max` keys of the store, from a cursor on. What is in the store from the first
  // page to the last is on one of them, or on several: sessions, also of accepted formats, and tombstones.
  // Lists of owners, leases and notes are not: they follow from the records.
  Answer<Page> page(std::string cursor, std::size_t max);

  // Creates a record; changes nothing if there is something under its key. `unreadable`: it is none of a
  // format that is in use or accepted here, or its key is none of that format.
  Answer<CopyOutcome> put(TransferRecord record);

  // How many records of an import with that id (base64url) are done. The store remembers it for as long as
  // sessions of any format can be expected to live, so that whoever repeats an import does not bring back
  // what has ended since.
  Answer<std::uint64_t> done(std::string import_id);
  Answer<void> note_done(std::string import_id, std::uint64_t records);

 private:
  struct Place;
  [[nodiscard]] std::optional<Place> place_of(const std::string& key);
  [[nodiscard]] std::optional<Place> place_named(std::string_view format);
  void add(const Place& place, std::string key, StoredRecord stored, Page& page) const;

  SessionEnvironment& environment_;
};

}  // namespace session
