#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/task.h"
#include "core/cookie/cookie_header.h"
#include "core/format/format.h"
#include "core/format/reject_reason.h"
#include "core/record/record_store.h"

namespace session {

// A session of another format migrates to the format in use at its first request. So a site changes its
// format without logging users out. A legacy record above Policy::max_bytes is refused as `malformed`, and
// one that is over by its own lifetime as `expired`; both stay as they are.
//
// The new id is derived from the legacy id, so concurrent requests with the same legacy cookie get the same
// session, and the legacy cookie names this session until it ends or gets another id. Only the request that
// created the new record erases the legacy record, and only if its bytes are those that the request has read.
// If the legacy record is absent or a tombstone by then, the user has logged out meanwhile, and the new
// session ends, too. If the legacy record was changed, the new record is updated; if the new record was
// changed as well, it stays, and the change to the legacy record is lost.
//
// The new record names the legacy key (RecordHead::migrated_from), because a crash may leave the legacy
// record behind. That record is erased when the session ends or gets another id, and when the session is
// opened a minute or more after its migration: by then the request that migrated it is done (the clocks of
// all gateways must agree to less than that). If it can't be erased when the session gets another id, the
// tombstone of the former id stays for as long as the session can live, so that the legacy cookie, which
// leads there, does not migrate the record again. A logout with a legacy cookie takes the new key with a
// tombstone before it ends the legacy record, so that a migration in progress can't create the new one.
//
// Known limits:
// - If the user logs out at the legacy application at the moment at which the migrating gateway crashes, or
//   loses its store, between two writes, the session goes on: the gateway can't distinguish this from its own
//   erase.
// - If the new session expires without being opened after its first minute, the legacy cookie opens the
//   legacy record that a crash has left behind.
// - A concurrent request of the legacy application may save the legacy record again. That record is not read.

// A legacy format and the cookie name of its sessions, as the configuration has them.
struct LegacyFormat {
  Format format;
  std::string cookie_name;
};

// A legacy format with its records, which are in the same store as the current sessions.
struct LegacySource {
  Format format;
  std::string cookie_name;
  RecordStore records;
};

// A store key that may hold a legacy session, and the records that can read it.
struct LegacyKey {
  RecordStore* records = nullptr;
  std::string key;
  std::string migrated_key = {};  // of the session that it migrates to; empty: it is that one
};

// The sessions of the format in use, to which legacy sessions migrate.
struct MigrationTarget {
  RecordStore& records;
  CookieFormat& cookies;
  const Clock& clock;
};

// A verified cookie of a legacy format.
struct LegacyCookie {
  LegacySource* source = nullptr;
  VerifiedCookie cookie;
};

// Returns the legacy cookies of a request, one for each id, format by format.
[[nodiscard]] std::vector<LegacyCookie> legacy_cookies(
    const std::vector<std::unique_ptr<LegacySource>>& sources, const RequestCookies& cookies);

// Returns the store keys of the cookies' sessions: those of the legacy records and of the migrated ones.
[[nodiscard]] std::vector<LegacyKey> legacy_keys_of(const MigrationTarget& target,
                                                    const std::vector<LegacyCookie>& cookies);

// Whether a legacy cookie names a session, migrated or one that can be. Changes nothing. StoreFailure: the
// store could not answer.
Task<Result<bool, StoreFailure>> has_session(const MigrationTarget& target, const LegacyCookie& legacy);

// Returns true if a record is so old that no request can still be migrating its session.
[[nodiscard]] bool migration_grace_over(const Age& age, seconds now);

// A session after its migration.
struct Migrated {
  VerifiedCookie cookie;  // in the format in use
  bool now;               // true: this call migrated it; false: an earlier one did
};

// Migrates the session of a legacy cookie, or returns why there is none. Both arguments must outlive the
// task. StoreFailure: the store could not answer.
Task<Result<Result<Migrated, RejectReason>, StoreFailure>> migrate(const MigrationTarget& target,
                                                                   const LegacyCookie& legacy);

}  // namespace session
