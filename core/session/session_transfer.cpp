#include "core/session/session_transfer.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/base/lanes.h"

namespace session {
namespace {

constexpr std::size_t kLanes = 32;
constexpr std::size_t kMaxKeyBytes = 8192;
constexpr milliseconds kRemembered = std::chrono::hours(24 * 400);

std::string note_name(const std::string& import_id) { return "import:" + import_id; }

// A store may have an end far ahead for what has none.
std::optional<milliseconds> expiry_of(milliseconds time_left, seconds now) {
  if (time_left >= kLongestListed) return std::nullopt;
  return now + time_left;
}

}  // namespace

// A format, and the records of it.
struct SessionTransfer::Place {
  const Format& format;
  RecordStore& records;
  std::string_view name = {};  // empty: the one in use

  [[nodiscard]] bool is_in_use() const { return name.empty(); }
  [[nodiscard]] std::string_view behind_prefix(std::string_view key) const {
    return key.substr(format.store_prefix.size());
  }
  [[nodiscard]] bool can_have(std::string_view key) const {
    return format.cookies->is_store_key(key) && !RecordStore::is_reserved(behind_prefix(key));
  }
};

// A key of the format in use is none of another, although express may have any key.
std::optional<SessionTransfer::Place> SessionTransfer::place_of(const std::string& key) {
  const Place in_use{environment_.format, environment_.records};
  if (in_use.can_have(key)) return in_use;
  if (environment_.format.cookies->is_store_key(key)) return std::nullopt;
  for (const auto& legacy : environment_.legacy) {
    const Place place{legacy->format, legacy->records, legacy->format.name};
    if (place.can_have(key)) return place;
  }
  return std::nullopt;
}

std::optional<SessionTransfer::Place> SessionTransfer::place_named(std::string_view format) {
  if (format.empty()) return Place{environment_.format, environment_.records};
  for (const auto& legacy : environment_.legacy) {
    if (legacy->format.name == format) return Place{legacy->format, legacy->records, legacy->format.name};
  }
  return std::nullopt;
}

// What an accepted format can't read belongs to other programs, and what stands for no session, such as the
// empty record that session-store leaves behind, need not live on.
void SessionTransfer::add(const Place& place, std::string key, StoredRecord stored, Page& page) const {
  static const WantedMembers none{.all = false};
  const RecordFormat& format = place.records.format();
  const auto head = format.decode_head(key, stored.bytes.view(), none);
  TransferRecord record{std::string(place.name), std::string(place.behind_prefix(key))};
  record.expires = expiry_of(stored.time_left.value(), environment_.clock.unix_now());
  if (head) {
    record.bytes = std::move(stored.bytes);
  } else if (head.error() == RejectReason::malformed) {
    page.unreadable += place.is_in_use() ? 1 : 0;
    return;
  } else if (place.records.leaves_tombstones()) {
    const std::string next = place.records.successor(stored.bytes);
    record.next = std::string(next.empty() ? std::string_view() : place.behind_prefix(next));
  } else {
    return;
  }
  page.records.push_back(std::move(record));
}

SessionTransfer::Answer<SessionTransfer::Page> SessionTransfer::page(std::string cursor, std::size_t max) {
  auto keys = co_await environment_.records.keys(std::move(cursor), max);
  if (!keys) co_return keys.error();
  Page page;
  page.cursor = std::move(keys->cursor);
  std::optional<StoreFailure> failure;
  const LaneWork read = [&](std::size_t i) -> Task<void> {
    std::string key = std::move(keys->keys[i]);
    const auto place = place_of(key);
    if (failure || !place) co_return;
    auto loaded = co_await place->records.load(key);
    if (!loaded) failure = loaded.error();
    if (loaded && *loaded) add(*place, std::move(key), std::move(**loaded), page);
  };
  co_await in_lanes(keys->keys.size(), kLanes, read);
  if (failure) co_return *failure;
  co_return page;
}

SessionTransfer::Answer<CopyOutcome> SessionTransfer::put(TransferRecord record) {
  const auto place = place_named(record.format);
  if (!place || record.key.size() > kMaxKeyBytes - place->format.store_prefix.size())
    co_return CopyOutcome::unreadable;
  std::string key = place->format.store_prefix + record.key;
  const bool of_another = !place->is_in_use() && environment_.format.cookies->is_store_key(key);
  if (!place->can_have(key) || of_another) co_return CopyOutcome::unreadable;
  CopyTerms terms{milliseconds::max(), !place->format.capabilities.others_write};
  if (record.expires)
    terms.time_left = std::min<milliseconds>(*record.expires - environment_.clock.unix_now(), kLongestListed);
  if (!record.next)
    co_return co_await place->records.create_copy(std::move(key), std::move(record.bytes), terms);
  std::string next = *record.next;
  if (!next.empty()) next.insert(0, place->format.store_prefix);
  if (!next.empty() && !place->can_have(next)) co_return CopyOutcome::unreadable;
  co_return co_await place->records.create_tombstone_copy(std::move(key), std::move(next), terms.time_left);
}

SessionTransfer::Answer<std::uint64_t> SessionTransfer::done(std::string import_id) {
  const auto note =
      co_await environment_.records.note(environment_.format.store_prefix, note_name(import_id));
  if (!note) co_return note.error();
  std::uint64_t records = 0;
  if (*note) std::from_chars((*note)->data(), (*note)->data() + (*note)->size(), records);
  co_return records;
}

SessionTransfer::Answer<void> SessionTransfer::note_done(std::string import_id, std::uint64_t records) {
  return environment_.records.keep_note(environment_.format.store_prefix, note_name(import_id),
                                        std::to_string(records), kRemembered);
}

}  // namespace session
