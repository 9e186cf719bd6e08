#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>

#include "core/base/set_associative_cache.h"
#include "core/cookie/key_ring.h"
#include "core/crypto/base64url.h"
#include "core/crypto/random.h"
#include "core/format/cookie_format.h"
#include "core/format/native/native.h"

namespace session {

// The cookies of our own format, version 1.
//
//   cookie  v1.<key id>.<id>.<issued>.<mac>
//           id      24 random bytes, base64url (32 characters)
//           issued  Unix seconds, decimal, no leading zero
//           mac     HMAC-SHA256 over purpose, cookie name and the text before the last dot,
//                   base64url (43 characters)
//   key     prefix + base64url(SHA-256(salt, id))
class NativeCookieFormat final : public CookieFormat {
 public:
  NativeCookieFormat(NativeFormatOptions options, const Random& random);

  Result<VerifiedCookie, RejectReason> verify(std::string_view value) override;
  std::string cookie(std::string_view id, seconds issued) override;
  std::string new_id() override;
  std::string store_key(std::string_view id) const override;
  bool is_store_key(std::string_view key) const override;
  void release_cache() override { known_.release(); }

 private:
  static constexpr std::size_t kIdCharacters = 32;
  static constexpr std::size_t kMacCharacters = 43;
  static constexpr std::size_t kMaxIssuedDigits = 11;
  static constexpr std::size_t kMaxCookieBytes =
      2 + kMaxKeyIdBytes + kIdCharacters + kMaxIssuedDigits + kMacCharacters + 4;

  struct Parts;
  // What a verified cookie says, beside its text.
  struct Said {
    seconds issued{};
    Base64urlOf32 key_end{};  // of the store key, behind the prefix
    std::uint8_t id_at = 0;   // where the id begins in the text
    bool outdated = false;
  };
  // A verified cookie, as an entry of the cache.
  struct Known {
    Said said;
    std::uint8_t size = 0;
    std::array<char, kMaxCookieBytes> text{};

    [[nodiscard]] std::string_view value() const { return {text.data(), size}; }
  };
  static_assert(kMaxCookieBytes <= std::numeric_limits<std::uint8_t>::max());
  static std::optional<Parts> cut(std::string_view value);
  std::string_view signed_text(std::string_view before_last_dot);
  [[nodiscard]] Result<Said, RejectReason> compute(std::string_view value);
  [[nodiscard]] VerifiedCookie cookie_of(std::string_view value, const Said& said) const;
  [[nodiscard]] Base64urlOf32 key_end(std::string_view id) const;
  [[nodiscard]] std::string store_key_of(const Base64urlOf32& end) const;

  std::string prefix_;
  Secret salt_;
  KeyRing keys_;
  std::string preamble_;  // purpose and cookie name: the beginning of every signed text
  std::string scratch_;
  // The cache of verified cookies: a browser sends the same cookie with each request, and the keys don't
  // change during this object's lifetime. Only verified cookies are cached, so a flood of forged ones can't
  // evict them.
  SetAssociativeCache<std::unique_ptr<const Known>> known_;
  const Random& random_;
};

}  // namespace session
