#include "core/format/session_store/session_store_formats.h"

#include <utility>

#include "core/cookie/cookie_value.h"
#include "core/crypto/digest.h"
#include "core/crypto/hex.h"
#include "core/json/member_texts.h"

namespace session {
namespace {

constexpr std::size_t kMaxIdBytes = 1024;
constexpr std::size_t kHashDigits = 32;  // of MD5

// Formats random bytes as a UUID (RFC 9562, version 4).
std::string uuid(std::string bytes) {
  bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0fU) | 0x40U);
  bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3fU) | 0x80U);
  std::string text = hex(bytes);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
  return text;
}

}  // namespace

SessionStoreCookieFormat::SessionStoreCookieFormat(SessionStoreFormatOptions options, const Random& random)
    : options_(std::move(options)), random_(random) {
  (void)md5_hex("");  // fails at start, and not with the first cookie, if MD5 is forbidden
}

Result<VerifiedCookie, RejectReason> SessionStoreCookieFormat::verify(std::string_view value) {
  if (value.size() > 3 * kMaxIdBytes) return RejectReason::malformed;
  std::string id = decoded_cookie(value);
  // The package's cookie parser turns a value with this prefix into an object, and all objects get the same
  // key.
  if (id.empty() || id.size() > kMaxIdBytes || id.starts_with("j:")) return RejectReason::malformed;
  std::string key = store_key(id);
  return VerifiedCookie{std::move(id), std::move(key), std::nullopt, false};
}

std::string SessionStoreCookieFormat::cookie(std::string_view id, seconds /*issued*/) {
  return encoded_cookie(id);
}

std::string SessionStoreCookieFormat::new_id() { return uuid(random_.bytes(16)); }

std::string SessionStoreCookieFormat::store_key(std::string_view id) const {
  return md5_hex(options_.salt.reveal(), id);
}

bool SessionStoreCookieFormat::is_store_key(std::string_view key) const {
  return key.size() == kHashDigits && key.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string SessionStoreRecordFormat::encode(std::string_view /*key*/, const Record& record) const {
  std::string out = "{";
  for (const RecordMember& member : record.members()) append_member(out, member.name_text, member.text);
  return out + "}";
}

Result<Record, RejectReason> SessionStoreRecordFormat::decode(std::string_view key,
                                                              std::string_view bytes) const {
  auto head = decode_head(key, bytes, {});
  if (!head) return head.error();
  Record record;
  static_cast<RecordHead&>(record) = std::move(*head);
  for (const MemberText& member : member_texts(bytes)) record.add(member, Record::Owner::session);
  return record;
}

Result<RecordHead, RejectReason> SessionStoreRecordFormat::decode_head(std::string_view /*key*/,
                                                                       std::string_view bytes,
                                                                       const WantedMembers& wanted) const {
  JsonLimits limits;
  limits.large_integers = JsonLimits::LargeIntegers::rounded;
  auto parsed = parser_.parse(bytes, limits, {wanted});
  if (!parsed || !parsed->object.is_object()) return RejectReason::malformed;
  if (parsed->object.empty() && !parsed->left_out) return RejectReason::unknown;
  RecordHead head;
  head.attributes = std::move(parsed->object);
  return head;
}

}  // namespace session
