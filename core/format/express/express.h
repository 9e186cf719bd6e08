#pragma once

#include <string>
#include <vector>

#include "core/cookie/attributes.h"
#include "core/crypto/random.h"
#include "core/format/dialect.h"
#include "core/format/express/express_cookie.h"

namespace session {

struct ExpressDialectOptions {
  std::vector<Secret> secrets;           // the first signs, all verify; at least one
  std::string store_prefix = "sess:";    // connect-redis' own
  seconds ttl = std::chrono::hours(24);  // of sessions whose cookie ends with the browser; connect-redis' own
  CookieAttributes cookie;               // what the records that are begun here say of their cookie
};

// Reads and writes what express-session 1.19 with connect-redis 9 does, so that a Node application goes on
// with a session of the gateway's, and the gateway with one of its.
//
//   cookie  "s:" + id + "." + signature, percent-encoded (express_cookie.h). Ids may be any text.
//   key     prefix + id
//   record  {"cookie":{...},...}: the attributes stand beside the cookie. The cookie is kept as it is, with
//           members that we don't know.
//
// Records don't say when they were begun, so there is no absolute timeout. They live as connect-redis has it:
// for the cookie's originalMaxAge from each use on, else for options.ttl; with an originalMaxAge of nothing
// or less, not at all.
class ExpressDialect final : public Dialect {
 public:
  ExpressDialect(ExpressDialectOptions options, const Random& random);

  Result<VerifiedCookie, RejectReason> verify(std::string_view value) override;
  std::string cookie(std::string_view id, seconds issued) override;
  std::string new_id() override;
  std::string store_key(std::string_view id) const override;
  void complete(Record& record, seconds now) const override;
  // Names that Node's session object has itself: it would lose such an attribute when it saves.
  bool reserves(std::string_view attribute) const override;
  std::string encode(const Record& record) const override;
  Result<Record, RejectReason> decode(std::string_view bytes) const override;
  Result<Record, RejectReason> decode_wanted(std::string_view bytes,
                                             const WantedMembers& wanted) const override;
  // Node reads every record as a session: there is no room for tombstones.
  std::optional<std::string> tombstone(std::string_view successor) const override;
  std::string successor(std::string_view bytes) const override;

 private:
  [[nodiscard]] Json new_cookie() const;
  [[nodiscard]] milliseconds lifetime_of(const Json& cookie) const;

  ExpressDialectOptions options_;
  SignedCookies cookies_;
  const Random& random_;
  mutable PartialParser parser_;
};

}  // namespace session
