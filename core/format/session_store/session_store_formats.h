#pragma once

#include <string>

#include "core/crypto/random.h"
#include "core/format/cookie_format.h"
#include "core/format/record_format.h"
#include "core/format/session_store/session_store.h"

namespace session {

// The cookies of the npm package session-store 0.0.6.
//
//   cookie  the id itself, percent-encoded
//   key     lower-case hexadecimal MD5(salt, id), without a prefix
//
// Cookies are not signed, so an attacker who guesses an id has the session. Ids made here are random UUIDs;
// the package derives its ids from the time and the machine's address.
class SessionStoreCookieFormat final : public CookieFormat {
 public:
  // Throws std::runtime_error if OpenSSL has no MD5 (FIPS).
  SessionStoreCookieFormat(SessionStoreFormatOptions options, const Random& random);

  Result<VerifiedCookie, RejectReason> verify(std::string_view value) override;
  std::string cookie(std::string_view id, seconds issued) override;
  std::string new_id() override;
  std::string store_key(std::string_view id) const override;
  bool is_store_key(std::string_view key) const override;

 private:
  SessionStoreFormatOptions options_;
  const Random& random_;
};

// The records of the npm package session-store 0.0.6: the attributes as a JSON object.
//
// The package does not distinguish an empty session from none, and leaves {} behind for a destroyed one. So
// an empty record counts as no session. Records don't contain their time of creation, so there is no absolute
// timeout.
class SessionStoreRecordFormat final : public RecordFormat {
 public:
  std::string encode(std::string_view key, const Record& record) const override;
  Result<Record, RejectReason> decode(std::string_view key, std::string_view bytes) const override;
  Result<RecordHead, RejectReason> decode_head(std::string_view key, std::string_view bytes,
                                               const WantedMembers& wanted) const override;

 private:
  mutable PartialParser parser_;
};

}  // namespace session
