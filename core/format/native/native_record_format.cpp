#include "core/format/native/native_record_format.h"

#include <algorithm>
#include <array>

#include "core/crypto/base64url.h"
#include "core/json/member_texts.h"

namespace session {
namespace {

constexpr std::string_view kTombstone = R"({"v":1,"revoked":true,"next":")";
constexpr std::string_view kTombstoneEnd = R"("})";
constexpr std::size_t kHashCharacters = 43;  // of SHA-256, as base64url
constexpr std::uint64_t kMaxCreated = 99'999'999'999;

// The members that this format interprets.
constexpr std::string_view kVersion = "v";
constexpr std::string_view kCreated = "created";
constexpr std::string_view kFrom = "from";
constexpr std::string_view kData = "data";

bool has_a_meaning(std::string_view name) {
  constexpr std::array kNames = {kVersion, kCreated, kFrom, kData};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

JsonLimits limits() {
  JsonLimits limits;
  limits.depth += 2;  // for the record and its "data", which enclose the attributes
  return limits;
}

// Reads the members around the attributes. Every problem means the same: this format did not write the
// record.
Result<RecordHead, RejectReason> head_of(PartialJson parsed) {
  if (!parsed.object.is_object()) return RejectReason::malformed;
  const Json* version = parsed.find_beside(kVersion);
  const Json* created = parsed.find_beside(kCreated);
  if (version == nullptr || *version != 1) return RejectReason::malformed;
  if (created == nullptr || !created->is_number_unsigned()) return RejectReason::malformed;
  const auto at = created->get<std::uint64_t>();
  if (at > kMaxCreated) return RejectReason::malformed;
  RecordHead head;
  head.created = seconds(static_cast<std::int64_t>(at));
  head.attributes = std::move(parsed.object);
  if (const Json* from = parsed.find_beside(kFrom)) {
    if (!from->is_string()) return RejectReason::malformed;
    if (auto key = from->get<std::string>(); !key.empty()) head.migrated_from = std::move(key);
  }
  return head;
}

}  // namespace

std::string NativeRecordFormat::encode(std::string_view /*key*/, const Record& record) const {
  std::string out = R"({"v":1,"created":)" + std::to_string(record.created.value_or(seconds(0)).count());
  if (record.migrated_from) append_member(out, R"("from")", to_text(Json(*record.migrated_from)));
  std::string data = "{";
  for (const RecordMember& member : record.members()) {
    append_member(member.owner == Record::Owner::session ? data : out, member.name_text, member.text);
  }
  append_member(out, R"("data")", data.append("}"));
  return out.append("}");
}

// Recognizes tombstones, which begin like records, by their exact text.
std::optional<RejectReason> NativeRecordFormat::read_tombstone(std::string_view bytes) const {
  if (!successor(bytes).empty()) return RejectReason::revoked;
  if (bytes == tombstone({})) return RejectReason::unknown;
  return std::nullopt;
}

Result<Record, RejectReason> NativeRecordFormat::decode(std::string_view key, std::string_view bytes) const {
  auto head = decode_head(key, bytes, {});
  if (!head) return head.error();
  Record record;
  static_cast<RecordHead&>(record) = std::move(*head);
  for (const MemberText& member : member_texts(bytes)) {
    if (member.name == kData) {
      for (const MemberText& attribute : member_texts(member.text))
        record.add(attribute, Record::Owner::session);
    } else if (!has_a_meaning(member.name)) {
      record.add(member, Record::Owner::format);
    }
  }
  return record;
}

Result<RecordHead, RejectReason> NativeRecordFormat::decode_head(std::string_view /*key*/,
                                                                 std::string_view bytes,
                                                                 const WantedMembers& wanted) const {
  if (const auto reason = read_tombstone(bytes)) return *reason;
  auto parsed = parser_.parse(bytes, limits(), {wanted, kData});
  if (!parsed) return RejectReason::malformed;
  return head_of(std::move(*parsed));
}

std::optional<std::string> NativeRecordFormat::tombstone(std::string_view successor) const {
  return std::string(kTombstone).append(successor).append(kTombstoneEnd);
}

// Accepts only the exact text that tombstone() writes.
std::string NativeRecordFormat::successor(std::string_view bytes) const {
  if (!bytes.starts_with(kTombstone) || !bytes.ends_with(kTombstoneEnd)) return {};
  bytes.remove_prefix(kTombstone.size());
  if (bytes.size() < kTombstoneEnd.size()) return {};
  bytes.remove_suffix(kTombstoneEnd.size());
  return is_own_key(bytes) ? std::string(bytes) : std::string();
}

bool NativeRecordFormat::is_own_key(std::string_view text) const {
  return text.size() == prefix_.size() + kHashCharacters && text.starts_with(prefix_) &&
         is_base64url(text.substr(prefix_.size()));
}

}  // namespace session
