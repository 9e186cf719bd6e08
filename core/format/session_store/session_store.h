#pragma once

#include <string>

#include "core/base/secret.h"
#include "core/crypto/random.h"
#include "core/format/dialect.h"

namespace session {

struct SessionStoreDialectOptions {
  Secret salt = Secret("session-salt");  // the package's own default
};

// Reads and writes what the npm package session-store 0.0.6 does.
//
//   cookie  the id itself, percent-encoded: nothing is signed, so whoever guesses an id has the session. Ids
//           made here are random UUIDs (the package's are made of the time and the machine's address).
//   key     lower-case hexadecimal MD5(salt, id), without a prefix
//   record  the attributes as a JSON object
//
// The package can't tell an empty session from none, and leaves {} behind where one was destroyed: an empty
// record is no session. Records don't say when they were begun, so there is no absolute timeout.
class SessionStoreDialect final : public Dialect {
 public:
  // Throws std::runtime_error if OpenSSL has no MD5 (FIPS).
  SessionStoreDialect(SessionStoreDialectOptions options, const Random& random);

  Result<VerifiedCookie, RejectReason> verify(std::string_view value) override;
  std::string cookie(std::string_view id, seconds issued) override;
  std::string new_id() override;
  std::string store_key(std::string_view id) const override;
  std::string encode(const Record& record) const override;
  Result<Record, RejectReason> decode(std::string_view bytes) const override;
  Result<Record, RejectReason> decode_wanted(std::string_view bytes,
                                             const WantedMembers& wanted) const override;
  std::optional<std::string> tombstone(std::string_view successor) const override;
  std::string successor(std::string_view bytes) const override;

 private:
  SessionStoreDialectOptions options_;
  const Random& random_;
  mutable PartialParser parser_;
};

}  // namespace session
