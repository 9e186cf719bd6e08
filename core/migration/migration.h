#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/task.h"
#include "core/format/format.h"
#include "core/format/reject_reason.h"
#include "core/record/record_store.h"

namespace session {

// Sessions of other formats migrate to the format in use when they are met: a site changes over without
// logging anybody out.
//
// The new id is made from the old one, so all requests that a browser has under way with its old cookie come
// to the same session, and the old cookie stands for it until the session ends or gets another id. Only the
// request that made the new record erases the old one, and only as it was read. If the old record is gone by
// then, or stands for no session, somebody has logged out meanwhile, and the new session ends, too. If the
// old record was changed, the new one follows, unless it has been changed as well: then it stays, and the
// change to the old one is lost.
//
// The new record names the old key (RecordHead::migrated_from), as a crash may leave the old record behind.
// That record goes along when the session ends or gets another id, and when the session is opened a minute
// after its migration: by then the request that migrated it is done (the clocks of all gateways must agree to
// less than that).
//
// Two cases can't be told apart, and the session goes on: it was logged out at the other side in the moment
// when the gateway that migrated it crashed, or lost its store, between two writes. What a crash left is
// found again by the old cookie if the new session expired without being opened after its first minute. And a
// request of the other side's that was under way may save the session there once more: that record is not
// read.

// Another format whose sessions migrate, as its user names it.
struct LegacyFormat {
  Format format;
  std::string cookie_name;
};

// The same with its records, in the store of the sessions in use.
struct LegacySource {
  Format format;
  std::string cookie_name;
  RecordStore records;
};

// Where a legacy session may be kept, and as whose record.
struct LegacyKey {
  RecordStore* records = nullptr;
  std::string key;
};

// The sessions in use.
struct MigrationTarget {
  RecordStore& records;
  CookieFormat& cookies;
  const Clock& clock;
};

// A cookie of another format that verified.
struct LegacyCookie {
  LegacySource* source = nullptr;
  VerifiedCookie cookie;
  bool alone = true;  // in its format: of two that differ none opens a session, but both end with it
};

// The legacy cookies among a request's.
[[nodiscard]] std::vector<LegacyCookie> legacy_cookies(
    const std::vector<std::unique_ptr<LegacySource>>& sources,
    std::span<const std::string_view> cookie_headers);

// Where the store keeps what these stand for: the legacy records, and those that they became.
[[nodiscard]] std::vector<LegacyKey> legacy_keys_of(const MigrationTarget& target,
                                                    const std::vector<LegacyCookie>& cookies);

// Whether a record of that age was made so long ago that no request is migrating its session any more.
[[nodiscard]] bool migration_grace_over(const Age& age, seconds now);

// A session after its migration.
struct Migrated {
  VerifiedCookie cookie;  // in the format in use
  bool now;               // it migrated in this call, and not before
};

// Migrates the session of a legacy cookie; or says why there is none. Both are the caller's until the task
// ends. Error: the store could not answer.
Task<Result<Result<Migrated, RejectReason>, StoreFailure>> migrate(const MigrationTarget& target,
                                                                   const LegacyCookie& legacy);

}  // namespace session
