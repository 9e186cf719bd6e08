#pragma once

#include <string>
#include <utility>

#include "core/format/express/express.h"
#include "core/format/record_format.h"

namespace session {

// The records of express-session 1.19 in connect-redis 9.
//
//   record  {"cookie":{...},...}: the attributes stand beside the cookie. The cookie is kept as it is, with
//   members that we
//           don't know.
//
// Records don't say when they were made, so there is no absolute timeout. They live as connect-redis has it:
// for the cookie's originalMaxAge from each use on, else for options.ttl; with an originalMaxAge of nothing
// or less, not at all. Node reads every record as a session: there is no room for tombstones.
class ExpressRecordFormat final : public RecordFormat {
 public:
  explicit ExpressRecordFormat(ExpressFormatOptions options) : options_(std::move(options)) {}

  void complete(Record& record, seconds now) const override;
  // Names that Node's session object has itself: it would lose such an attribute when it saves.
  bool reserves(std::string_view attribute) const override;
  std::string encode(std::string_view key, const Record& record) const override;
  Result<Record, RejectReason> decode(std::string_view key, std::string_view bytes) const override;
  Result<RecordHead, RejectReason> decode_head(std::string_view key, std::string_view bytes,
                                               const WantedMembers& wanted) const override;

 private:
  [[nodiscard]] std::string new_cookie() const;
  [[nodiscard]] milliseconds lifetime_of(const Json& cookie) const;

  ExpressFormatOptions options_;
  mutable PartialParser parser_;
};

}  // namespace session
