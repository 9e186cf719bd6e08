#include "core/format/express/signed_cookies.h"

#include <array>

#include <openssl/evp.h>

#include "core/cookie/cookie_value.h"

namespace session {
namespace {

constexpr std::string_view kMark = "s:";

// Encodes as standard base64 without the = at the end.
std::string base64(const Mac::Tag& tag) {
  std::array<unsigned char, 48> out{};
  const auto* bytes = reinterpret_cast<const unsigned char*>(tag.data());
  EVP_EncodeBlock(out.data(), bytes, static_cast<int>(tag.size()));
  constexpr std::size_t kCharacters = 43;  // of 32 bytes; a = follows
  return {reinterpret_cast<const char*>(out.data()), kCharacters};
}

}  // namespace

SignedCookies::SignedCookies(const std::vector<Secret>& secrets) {
  for (const Secret& secret : secrets) secrets_.emplace_back(secret);
}

std::string SignedCookies::signature(Mac& secret, std::string_view text) { return base64(secret.tag(text)); }

std::string SignedCookies::sign(std::string_view text) {
  const std::string signed_text =
      std::string(kMark).append(text).append(".").append(signature(secrets_.front(), text));
  return encoded_cookie(signed_text);
}

Result<SignedCookies::Signed, RejectReason> SignedCookies::verify(std::string_view value) {
  // A value that can't begin with the mark, even if quoted or percent-encoded, is rejected before it is
  // decoded.
  if (value.empty() || std::string_view("s%\"").find(value.front()) == std::string_view::npos)
    return RejectReason::malformed;
  const std::string decoded = decoded_cookie(value);
  const auto dot = decoded.rfind('.');
  if (!decoded.starts_with(kMark) || dot == std::string::npos || dot <= kMark.size())
    return RejectReason::malformed;
  const std::string_view text = std::string_view(decoded).substr(kMark.size(), dot - kMark.size());
  const std::string_view given = std::string_view(decoded).substr(dot + 1);
  for (Mac& secret : secrets_) {
    if (equal_in_constant_time(signature(secret, text), given))
      return Signed{std::string(text), &secret != &secrets_.front()};
  }
  return RejectReason::bad_signature;
}

}  // namespace session
