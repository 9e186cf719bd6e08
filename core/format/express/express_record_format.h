#pragma once

#include <string>
#include <utility>

#include "core/format/express/express.h"
#include "core/format/record_format.h"

namespace session {

// The records of express-session 1.19 in connect-redis 9.
//
//   record  {"cookie":{...},...}: the attributes are members beside `cookie`, whose unknown members are kept.
//
// Records don't contain their time of creation, so there is no absolute timeout. How long they live is the
// rule of express-session and connect-redis: the cookie's originalMaxAge from each use on; without one, the
// cookie's `expires`, which nothing moves; without either, options.ttl from each use on. A record whose
// originalMaxAge is zero or negative has expired. There are no tombstones, because Node would read one as a
// session.
class ExpressRecordFormat final : public RecordFormat {
 public:
  explicit ExpressRecordFormat(ExpressFormatOptions options) : options_(std::move(options)) {}

  void complete(Record& record, seconds now) const override;
  // Node's session object has members of these names, and would lose such an attribute when it saves the
  // session.
  bool reserves(std::string_view attribute) const override;
  std::string encode(std::string_view key, const Record& record) const override;
  Result<Record, RejectReason> decode(std::string_view key, std::string_view bytes) const override;
  Result<RecordHead, RejectReason> decode_head(std::string_view key, std::string_view bytes,
                                               const WantedMembers& wanted) const override;

 private:
  [[nodiscard]] std::string new_cookie() const;
  void read_life(const Json& cookie, RecordHead& head) const;

  ExpressFormatOptions options_;
  mutable PartialParser parser_;
};

}  // namespace session
