#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/format/record_format.h"

namespace session {

// The records of our own format, version 1.
//
//   record     {"v":1,"created":<Unix seconds>,"data":{...}}
//              Between them stand, if they are known, "authenticated":<Unix seconds>, "client":"<address>"
//              and "agent":"<User-Agent>" of the last login, and "lifetime":"<name>"; they count only if the
//              first is not before "created". A migrated record has "from":"<store key>" before "data", as
//              long as the record of the other format may exist. Members that this version does not know are
//              kept, before "data".
//   tombstone  {"v":1,"revoked":true,"next":"<store key>"}: the id was replaced.
//              An empty key means that the session ended.
class NativeRecordFormat final : public RecordFormat {
 public:
  // Every store key begins with `prefix`.
  explicit NativeRecordFormat(std::string prefix) : prefix_(std::move(prefix)) {}

  std::string encode(std::string_view key, const Record& record) const override;
  Result<Record, RejectReason> decode(std::string_view key, std::string_view bytes) const override;
  Result<RecordHead, RejectReason> decode_head(std::string_view key, std::string_view bytes,
                                               const WantedMembers& wanted) const override;
  std::optional<std::string> tombstone(std::string_view successor) const override;
  std::string successor(std::string_view bytes) const override;

 private:
  [[nodiscard]] bool is_own_key(std::string_view text) const;
  [[nodiscard]] std::optional<RejectReason> read_tombstone(std::string_view bytes) const;

  std::string prefix_;
  mutable PartialParser parser_;
};

}  // namespace session
