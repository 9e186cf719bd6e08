#include "core/format/native/native.h"

#include <algorithm>
#include <charconv>
#include <functional>

#include "core/crypto/base64url.h"
#include "core/crypto/digest.h"

namespace session {
namespace {

constexpr std::size_t kIdBytes = 24;
constexpr std::size_t kKnownCookies = 4096;
constexpr std::string_view kTombstone = R"({"v":1,"revoked":true,"next":")";
constexpr std::string_view kTombstoneEnd = R"("})";

// Takes the text up to the next dot and steps over it; fails if there is none.
bool take(std::string_view& rest, std::string_view& part) {
  const auto dot = rest.find('.');
  if (dot == std::string_view::npos) return false;
  part = rest.substr(0, dot);
  rest.remove_prefix(dot + 1);
  return true;
}

std::optional<seconds> parse_issued(std::string_view text, std::size_t most_digits) {
  if (text.empty() || text.size() > most_digits || text.front() == '0') return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return seconds(value);
}

template <std::size_t N>
std::string_view view(const std::array<char, N>& bytes) {
  return {bytes.data(), bytes.size()};
}

}  // namespace

// The parts of a cookie value, cut but not checked.
struct NativeDialect::Parts {
  std::string_view key_id, id, issued, mac, signed_part;
};

// No length or character is taken that `cookie` would not have written, so one session has one spelling.
std::optional<NativeDialect::Parts> NativeDialect::cut(std::string_view value) {
  Parts parts;
  std::string_view rest = value;
  std::string_view version;
  if (!take(rest, version) || version != "v1") return std::nullopt;
  if (!take(rest, parts.key_id) || !valid_key_id(parts.key_id)) return std::nullopt;
  if (!take(rest, parts.id) || parts.id.size() != kIdCharacters || !is_base64url(parts.id))
    return std::nullopt;
  if (!take(rest, parts.issued)) return std::nullopt;
  if (rest.size() != kMacCharacters || !is_base64url(rest)) return std::nullopt;
  parts.mac = rest;
  parts.signed_part = value.substr(0, value.size() - kMacCharacters - 1);
  return parts;
}

NativeDialect::NativeDialect(NativeDialectOptions options, const Random& random)
    : prefix_(std::move(options.store_prefix)),
      salt_(std::move(options.salt)),
      keys_(options.keys, salt_),
      preamble_("session-gateway cookie v1|" + options.cookie_name + "|"),
      known_(kKnownCookies),
      random_(random) {}

std::string_view NativeDialect::signed_text(std::string_view before_last_dot) {
  scratch_.assign(preamble_).append(before_last_dot);
  return scratch_;
}

Result<VerifiedCookie, RejectReason> NativeDialect::verify(std::string_view value) {
  if (value.size() > kMaxCookieBytes) return RejectReason::malformed;
  Known& known = known_[std::hash<std::string_view>{}(value) % kKnownCookies];
  if (known.size != 0 && equal_in_constant_time(known.value(), value)) return cookie_of(known.said);
  const auto said = compute(value);
  if (!said) return said.error();
  if (known.size == 0 || admission_.admit_next()) {
    std::copy(value.begin(), value.end(), known.text.begin());
    known.size = static_cast<std::uint8_t>(value.size());
    known.said = *said;
  }
  return cookie_of(*said);
}

VerifiedCookie NativeDialect::cookie_of(const Said& said) const {
  return {std::string(view(said.id)), store_key_of(said.key_end), said.issued, said.outdated};
}

Result<NativeDialect::Said, RejectReason> NativeDialect::compute(std::string_view value) {
  const auto parts = cut(value);
  if (!parts) return RejectReason::malformed;
  const auto issued = parse_issued(parts->issued, kMaxIssuedDigits);
  if (!issued) return RejectReason::malformed;
  Mac* mac = keys_.find(parts->key_id);
  if (mac == nullptr) return RejectReason::bad_signature;
  // Comparing the encoded MACs refuses every spelling but the canonical one.
  const Base64urlOf32 expected = base64url_of_32(mac->tag(signed_text(parts->signed_part)));
  if (!equal_in_constant_time(view(expected), parts->mac)) return RejectReason::bad_signature;
  Said said;
  std::copy(parts->id.begin(), parts->id.end(), said.id.begin());
  said.key_end = key_end(parts->id);
  said.outdated = parts->key_id != keys_.signing_id();
  said.issued = *issued;
  return said;
}

std::string NativeDialect::cookie(std::string_view id, seconds issued) {
  std::string value = "v1." + keys_.signing_id() + ".";
  value.append(id).append(".").append(std::to_string(issued.count()));
  const Mac::Tag tag = keys_.sign(signed_text(value));
  value += '.';
  append_base64url(value, view(tag));
  return value;
}

std::string NativeDialect::new_id() { return base64url(random_.bytes(kIdBytes)); }

std::string NativeDialect::store_key(std::string_view id) const { return store_key_of(key_end(id)); }

Base64urlOf32 NativeDialect::key_end(std::string_view id) const {
  return base64url_of_32(sha256(salt_.reveal(), id));
}

std::string NativeDialect::store_key_of(const Base64urlOf32& end) const {
  std::string key;
  key.reserve(prefix_.size() + end.size());
  key.append(prefix_).append(view(end));
  return key;
}

std::string NativeDialect::encode(const Record& record) const {
  const std::string from =
      record.format_fields.is_string() ? R"(,"from":)" + to_text(record.format_fields) : std::string();
  return R"({"v":1,"created":)" + std::to_string(record.created.value_or(seconds(0)).count()) + from +
         R"(,"data":)" + to_text(record.data) + "}";
}

Result<Record, RejectReason> NativeDialect::decode(std::string_view bytes) const {
  return decode_wanted(bytes, {});
}

Result<Record, RejectReason> NativeDialect::decode_wanted(std::string_view bytes,
                                                          const WantedMembers& wanted) const {
  if (!successor(bytes).empty()) return RejectReason::revoked;
  if (bytes == tombstone({})) return RejectReason::unknown;
  JsonLimits limits;
  limits.depth += 2;  // the record around what was set
  auto parsed = parser_.parse(bytes, limits, {wanted, "data"});
  if (!parsed || !parsed->object.is_object()) return RejectReason::malformed;
  const Json* version = parsed->find_beside("v");
  const Json* created = parsed->find_beside("created");
  if (version == nullptr || *version != 1) return RejectReason::malformed;
  if (created == nullptr || !created->is_number_unsigned()) return RejectReason::malformed;
  const auto at = created->get<std::uint64_t>();
  if (at > 99'999'999'999) return RejectReason::malformed;
  Record record{seconds(static_cast<std::int64_t>(at)), std::move(parsed->object)};
  if (Json* from = parsed->find_beside("from")) {
    if (!from->is_string()) return RejectReason::malformed;
    record.format_fields = std::move(*from);
  }
  return record;
}

std::optional<std::string> NativeDialect::tombstone(std::string_view successor) const {
  return std::string(kTombstone).append(successor).append(kTombstoneEnd);
}

// Only the exact text that tombstone() writes counts.
std::string NativeDialect::successor(std::string_view bytes) const {
  if (!bytes.starts_with(kTombstone) || !bytes.ends_with(kTombstoneEnd)) return {};
  bytes.remove_prefix(kTombstone.size());
  if (bytes.size() < kTombstoneEnd.size()) return {};
  bytes.remove_suffix(kTombstoneEnd.size());
  const bool key = bytes.size() == prefix_.size() + kMacCharacters && bytes.starts_with(prefix_) &&
                   is_base64url(bytes.substr(prefix_.size()));
  return key ? std::string(bytes) : std::string();
}

}  // namespace session
