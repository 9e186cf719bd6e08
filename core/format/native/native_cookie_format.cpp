#include "core/format/native/native_cookie_format.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/crypto/base64url.h"
#include "core/crypto/digest.h"

namespace session {
namespace {

constexpr std::size_t kIdBytes = 24;

// Cuts the text up to the next dot off `rest`, and the dot with it. Returns false if there is no dot.
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

// The hash by which the cache finds a cookie. The MAC, at its end, is one that nobody can choose; what does
// not verify is not cached.
std::size_t hash_of(std::string_view value) {
  std::uint64_t end = 0;
  if (value.size() >= sizeof end) std::memcpy(&end, value.data() + value.size() - sizeof end, sizeof end);
  end *= 0x9e3779b97f4a7c15U;
  return end ^ end >> 32U;
}

template <std::size_t N>
std::string_view view(const std::array<char, N>& bytes) {
  return {bytes.data(), bytes.size()};
}

}  // namespace

// The parts of a cookie value, not yet verified.
struct NativeCookieFormat::Parts {
  std::string_view key_id, id, issued, mac, signed_part;
};

// Accepts only lengths and characters that cookie() writes, so that each session has exactly one spelling.
std::optional<NativeCookieFormat::Parts> NativeCookieFormat::cut(std::string_view value) {
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

NativeCookieFormat::NativeCookieFormat(NativeFormatOptions options, const Random& random)
    : prefix_(std::move(options.store_prefix)),
      salt_(std::move(options.salt)),
      keys_(options.keys, salt_),
      preamble_("session-gateway cookie v1|" + options.cookie_name + "|"),
      known_(std::move(options.budget), 1),
      random_(random) {}

std::string_view NativeCookieFormat::signed_text(std::string_view before_last_dot) {
  scratch_.assign(preamble_).append(before_last_dot);
  return scratch_;
}

Result<VerifiedCookie, RejectReason> NativeCookieFormat::verify(std::string_view value) {
  if (value.size() > kMaxCookieBytes) return RejectReason::malformed;
  const std::size_t hash = hash_of(value);
  const auto* known = known_.find(hash);
  if (known != nullptr && equal_in_constant_time((*known)->value(), value))
    return cookie_of(value, (*known)->said);
  const auto said = compute(value);
  if (!said) return said.error();
  known_.put(hash, heap_block(sizeof(Known)), [&] {
    auto made = std::make_unique<Known>();
    made->said = *said;
    made->size = static_cast<std::uint8_t>(value.size());
    std::copy(value.begin(), value.end(), made->text.begin());
    return made;
  });
  return cookie_of(value, *said);
}

VerifiedCookie NativeCookieFormat::cookie_of(std::string_view value, const Said& said) const {
  return {std::string(value.data() + said.id_at, kIdCharacters), store_key_of(said.key_end), said.issued,
          said.outdated};
}

Result<NativeCookieFormat::Said, RejectReason> NativeCookieFormat::compute(std::string_view value) {
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
  said.id_at = static_cast<std::uint8_t>(parts->id.data() - value.data());
  said.key_end = key_end(parts->id);
  said.outdated = parts->key_id != keys_.signing_id();
  said.issued = *issued;
  return said;
}

std::string NativeCookieFormat::cookie(std::string_view id, seconds issued) {
  std::string value = "v1." + keys_.signing_id() + ".";
  value.append(id).append(".").append(std::to_string(issued.count()));
  const Mac::Tag tag = keys_.sign(signed_text(value));
  value += '.';
  append_base64url(value, view(tag));
  return value;
}

std::string NativeCookieFormat::new_id() { return base64url(random_.bytes(kIdBytes)); }

std::string NativeCookieFormat::store_key(std::string_view id) const { return store_key_of(key_end(id)); }

bool NativeCookieFormat::is_store_key(std::string_view key) const {
  return key.size() == prefix_.size() + Base64urlOf32().size() && key.starts_with(prefix_) &&
         is_base64url(key.substr(prefix_.size()));
}

Base64urlOf32 NativeCookieFormat::key_end(std::string_view id) const {
  return base64url_of_32(sha256(salt_.reveal(), id));
}

std::string NativeCookieFormat::store_key_of(const Base64urlOf32& end) const {
  std::string key;
  key.reserve(prefix_.size() + end.size());
  key.append(prefix_).append(view(end));
  return key;
}

}  // namespace session
