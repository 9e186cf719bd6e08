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
constexpr std::uint64_t kMaxTime = 99'999'999'999;

// The members that this format interprets.
constexpr std::string_view kVersion = "v";
constexpr std::string_view kCreated = "created";
constexpr std::string_view kAuthenticated = "authenticated";
constexpr std::string_view kClient = "client";
constexpr std::string_view kAgent = "agent";
constexpr std::string_view kLifetime = "lifetime";
constexpr std::string_view kFrom = "from";
constexpr std::string_view kData = "data";

bool has_a_meaning(std::string_view name) {
  constexpr std::array kNames = {kVersion, kCreated,  kAuthenticated, kClient,
                                 kAgent,   kLifetime, kFrom,          kData};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

JsonLimits limits() {
  JsonLimits limits;
  limits.depth += 2;  // for the record and its "data", which enclose the attributes
  return limits;
}

std::optional<seconds> time_in(const Json& value) {
  if (!value.is_number_unsigned()) return std::nullopt;
  const auto at = value.get<std::uint64_t>();
  if (at > kMaxTime) return std::nullopt;
  return seconds(static_cast<std::int64_t>(at));
}

// Reads a member that may be missing. Returns false if its value is no text.
bool read_text(PartialJson& parsed, std::string_view name, std::string& to) {
  const Json* value = parsed.find_beside(name);
  if (value == nullptr) return true;
  if (!value->is_string()) return false;
  to = value->get<std::string>();
  return true;
}

// Reads what the record says of the login. Returns false if this format did not write it.
bool read_login(PartialJson& parsed, RecordHead& head) {
  if (const Json* authenticated = parsed.find_beside(kAuthenticated)) {
    head.login.authenticated = time_in(*authenticated);
    if (!head.login.authenticated) return false;
  }
  const bool read = read_text(parsed, kClient, head.login.client.address) &&
                    read_text(parsed, kAgent, head.login.client.agent) &&
                    read_text(parsed, kLifetime, head.lifetime_name);
  // A login sets both times. If only `created` is later, a gateway that knows nothing of the others has
  // logged in somebody since, to whom they don't belong.
  if (head.login.authenticated && *head.login.authenticated < *head.created) {
    head.login = {};
    head.lifetime_name.clear();
  }
  return read;
}

// Reads the members around the attributes. Every problem means the same: this format did not write the
// record.
Result<RecordHead, RejectReason> head_of(PartialJson parsed) {
  if (!parsed.object.is_object()) return RejectReason::malformed;
  const Json* version = parsed.find_beside(kVersion);
  const Json* created = parsed.find_beside(kCreated);
  if (version == nullptr || *version != 1 || created == nullptr) return RejectReason::malformed;
  RecordHead head;
  head.created = time_in(*created);
  if (!head.created) return RejectReason::malformed;
  head.attributes = std::move(parsed.object);
  std::string from;
  if (!read_text(parsed, kFrom, from) || !read_login(parsed, head)) return RejectReason::malformed;
  if (!from.empty()) head.migrated_from = std::move(from);
  return head;
}

void append_text(std::string& out, std::string_view name_text, const std::string& text) {
  if (!text.empty()) append_member(out, name_text, to_text(Json(text)));
}

}  // namespace

std::string NativeRecordFormat::encode(std::string_view /*key*/, const Record& record) const {
  std::string out = R"({"v":1,"created":)" + std::to_string(record.created.value_or(seconds(0)).count());
  if (record.login.authenticated)
    append_member(out, R"("authenticated")", std::to_string(record.login.authenticated->count()));
  append_text(out, R"("client")", record.login.client.address);
  append_text(out, R"("agent")", record.login.client.agent);
  append_text(out, R"("lifetime")", record.lifetime_name);
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
