#include "core/format/native/native.h"

#include <regex>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/crypto/base64url.h"
#include "tests/support/cookie_parts.h"
#include "tests/support/session_fixture.h"
#include "tests/support/whole_format.h"

namespace session::test {
namespace {

constexpr seconds kIssued{1'800'000'000};
const std::string kId = "abcdefghijklmnopqrstuvwxyz012345";

struct Native {
  // What verified may be remembered: a forged cookie comes after the one that it was made from.
  Native() { BOOST_TEST_REQUIRE(dialect.verify(cookie).has_value()); }

  CountedRandom random;
  WholeNative dialect{format_options(), random};
  std::string cookie = dialect.cookie(kId, kIssued);
};

// What a dialect says of a value: "verified", "outdated" or the refusal.
std::string said(WholeNative& dialect, std::string_view value) {
  const auto verified = dialect.verify(value);
  if (!verified) return std::string(to_text(verified.error()));
  return verified->outdated ? "outdated" : "verified";
}

// A cookie with a right MAC over whatever stands before it: what only the holder of the key can make.
std::string signed_by_us(const std::string& before_mac) {
  Mac mac(derive_key(Secret(kOldSecret), "salt of the tests", "session-gateway cookie mac v1"));
  const Mac::Tag tag = mac.tag("session-gateway cookie v1|__Host-session|" + before_mac);
  return before_mac + "." + base64url({tag.data(), tag.size()});
}

BOOST_FIXTURE_TEST_SUITE(native_cookie, Native)

BOOST_AUTO_TEST_CASE(a_cookie_has_the_documented_form_and_exact_lengths) {
  const std::regex form(R"(v1\.k1\.[A-Za-z0-9_-]{32}\.1800000000\.[A-Za-z0-9_-]{43})");
  BOOST_TEST(std::regex_match(dialect.cookie(dialect.new_id(), kIssued), form));
  BOOST_TEST(cookie.size() == 2 + 1 + 2 + 1 + 32 + 1 + 10 + 1 + 43);
  BOOST_TEST(signed_by_us("v1.k1." + kId + ".1800000000") == cookie);
}

BOOST_AUTO_TEST_CASE(a_cookie_of_ours_verifies_and_says_id_and_time) {
  const auto verified = dialect.verify(cookie);
  BOOST_TEST_REQUIRE(verified.has_value());
  BOOST_TEST(verified->id == kId);
  BOOST_TEST((verified->issued == kIssued));
  BOOST_TEST(!verified->outdated);
}

BOOST_AUTO_TEST_CASE(an_id_is_24_random_bytes_and_never_the_same) {
  WholeNative real(format_options(), system_random());
  const std::string one = real.new_id();
  BOOST_TEST(one.size() == 32U);
  BOOST_TEST(is_base64url(one));
  BOOST_TEST(real.new_id() != one);
  BOOST_TEST(CountedRandom().bytes(24) == "000000000000000000000001");
  BOOST_TEST(dialect.new_id() == base64url("000000000000000000000001"));
}

BOOST_AUTO_TEST_CASE(no_cookie_verifies_with_any_bit_flipped) {
  for (std::size_t i = 0; i < cookie.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string forged = cookie;
      forged[i] = static_cast<char>(forged[i] ^ (1 << bit));
      const std::string answer = said(dialect, forged);
      BOOST_TEST((answer == "malformed" || answer == "bad-signature"), forged << ": " << answer);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_forged_cookie_does_not_verify_the_second_time_either) {
  WholeNative fresh(format_options(), random);
  std::string forged = cookie;
  forged.back() = forged.back() == 'A' ? 'E' : 'A';
  for (int i = 0; i < 3; ++i) BOOST_TEST(said(fresh, forged) == "bad-signature");
  BOOST_TEST(said(fresh, cookie) == "verified");
  for (int i = 0; i < 3; ++i) BOOST_TEST(said(fresh, forged) == "bad-signature");
}

// A remembered cookie is found by its last eight characters. So forgeries that differ before them meet the
// one that they were made from, and are compared with it.
BOOST_AUTO_TEST_CASE(a_remembered_cookie_is_compared_as_a_whole) {
  BOOST_TEST_REQUIRE(said(dialect, cookie) == "verified");
  BOOST_TEST_REQUIRE(said(dialect, cookie) == "verified");
  for (std::size_t at = 0; at < cookie.size(); ++at) {
    for (const char other :
         std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")) {
      std::string forged = cookie;
      forged[at] = other;
      if (forged == cookie) continue;
      const std::string answer = said(dialect, forged);
      BOOST_TEST_REQUIRE((answer == "bad-signature" || answer == "malformed"), forged << ": " << answer);
    }
    // One that is longer or shorter at its beginning has the same end as well.
    BOOST_TEST_REQUIRE(said(dialect, cookie.substr(0, at) + "A" + cookie.substr(at)) != "verified");
    BOOST_TEST_REQUIRE(said(dialect, cookie.substr(at + 1)) == "malformed");
  }
}

// Each hit says what the verification said, for as many cookies as there is room for.
BOOST_AUTO_TEST_CASE(what_is_remembered_of_a_cookie_is_what_it_said) {
  const auto budget = std::make_shared<CacheBudget>(std::size_t{8} << 20);
  NativeFormatOptions options = format_options();
  options.budget = budget;
  WholeNative fresh(options, random);
  const auto of = [&](int number) {
    std::string id = std::to_string(number);
    return fresh.cookie(id.insert(0, 32 - id.size(), 'x'), kIssued + seconds(number));
  };
  for (int number = 0; number < 5'000; ++number) BOOST_TEST_REQUIRE(said(fresh, of(number)) == "verified");
  const std::size_t used = budget->used();
  BOOST_TEST(used > std::size_t{5'000} * 192);
  for (int number = 0; number < 5'000; ++number) {
    const auto verified = fresh.verify(of(number));
    BOOST_TEST_REQUIRE(verified.has_value());
    BOOST_TEST_REQUIRE(verified->id.ends_with("x" + std::to_string(number)));
    BOOST_TEST_REQUIRE(verified->id.size() == 32U);
    BOOST_TEST_REQUIRE(verified->store_key == fresh.store_key(verified->id));
    BOOST_TEST_REQUIRE((verified->issued == kIssued + seconds(number)));
    BOOST_TEST_REQUIRE(!verified->outdated);
  }
}

BOOST_AUTO_TEST_CASE(ten_thousand_cookies_are_told_apart_whatever_is_remembered_of_them) {
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 10'000; ++i) {
      std::string id = std::to_string(i);
      id.insert(0, 32 - id.size(), 'x');
      const auto verified = dialect.verify(dialect.cookie(id, kIssued));
      BOOST_TEST_REQUIRE(verified.has_value());
      BOOST_TEST_REQUIRE(verified->id == id);
    }
  }
}

BOOST_AUTO_TEST_CASE(no_cookie_verifies_cut_off_at_either_end) {
  for (std::size_t size = 0; size < cookie.size(); ++size) {
    BOOST_TEST(said(dialect, cookie.substr(0, size)) == "malformed");
    BOOST_TEST(said(dialect, cookie.substr(cookie.size() - size)) == "malformed");
  }
}

BOOST_AUTO_TEST_CASE(no_cookie_verifies_with_anything_added) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    BOOST_TEST(said(dialect, cookie + one) == "malformed");
    BOOST_TEST(said(dialect, one + cookie) == "malformed");
    for (const std::size_t at : {2U, 3U, 5U, 6U, 38U, 39U, 49U, 50U}) {
      std::string longer = cookie;
      longer.insert(at, one);
      BOOST_TEST(said(dialect, longer) != "verified", longer);
    }
  }
  for (const std::string end : {".", "..", "=", "==", " ", ".x", ";", ",", "\r\n"}) {
    BOOST_TEST(said(dialect, cookie + end) == "malformed");
  }
}

BOOST_AUTO_TEST_CASE(quotes_and_percent_encoding_are_not_seen_through) {
  BOOST_TEST(said(dialect, "\"" + cookie + "\"") == "malformed");
  std::string encoded = cookie;
  encoded.replace(2, 1, "%2E");
  BOOST_TEST(said(dialect, encoded) == "malformed");
}

BOOST_AUTO_TEST_CASE(parts_of_two_cookies_do_not_fit_together) {
  const auto mine = parts_of(cookie);
  const auto others = parts_of(dialect.cookie(std::string(32, 'o'), kIssued + seconds(1)));
  for (const std::size_t part : {2U, 3U, 4U}) {
    auto mixed = mine;
    mixed[part] = others[part];
    BOOST_TEST(said(dialect, joined(mixed)) == "bad-signature");
  }
}

BOOST_AUTO_TEST_CASE(parts_in_another_order_are_no_cookie) {
  const auto parts = parts_of(cookie);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t j = i + 1; j < parts.size(); ++j) {
      auto swapped = parts;
      std::swap(swapped[i], swapped[j]);
      BOOST_TEST(said(dialect, joined(swapped)) != "verified");
    }
  }
}

BOOST_AUTO_TEST_CASE(missing_doubled_and_empty_parts_are_no_cookie) {
  const auto parts = parts_of(cookie);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto fewer = parts;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    BOOST_TEST(said(dialect, joined(fewer)) == "malformed");
    auto doubled = parts;
    doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), parts[i]);
    BOOST_TEST(said(dialect, joined(doubled)) == "malformed");
    auto empty = parts;
    empty[i].clear();
    BOOST_TEST(said(dialect, joined(empty)) == "malformed");
  }
  for (const std::string value : {"", ".", "....", "v1", "v1....", "v1.k1", "deleted", "null"})
    BOOST_TEST(said(dialect, value) == "malformed", value);
}

BOOST_AUTO_TEST_CASE(another_version_is_malformed_even_if_signed) {
  for (const std::string version : {"v2", "V1", "v01", "v", "1", "v1 "})
    BOOST_TEST(said(dialect, signed_by_us(version + ".k1." + kId + ".1800000000")) == "malformed", version);
}

BOOST_AUTO_TEST_CASE(a_time_that_we_would_not_write_is_malformed_even_if_signed) {
  for (const std::string issued : {"01800000000", "0", "00", "", "-1800000000", "+1800000000", " 1800000000",
                                   "1800000000 ", "1.8e9", "1800000000a", "0x6B49D200", "180000000000",
                                   "9223372036854775808", "99999999999999999999", "-1", "-0"}) {
    BOOST_TEST(said(dialect, signed_by_us("v1.k1." + kId + "." + issued)) == "malformed", issued);
  }
  for (const std::string issued : {"1", "1800000000", "99999999999"})
    BOOST_TEST(said(dialect, signed_by_us("v1.k1." + kId + "." + issued)) == "verified", issued);
}

BOOST_AUTO_TEST_CASE(an_id_of_another_length_is_malformed_even_if_signed) {
  for (const auto& id :
       {kId.substr(1), kId + "x", std::string(), std::string(31, 'a') + "=", std::string(31, 'a') + "+"})
    BOOST_TEST(said(dialect, signed_by_us("v1.k1." + id + ".1800000000")) == "malformed", id);
}

BOOST_AUTO_TEST_CASE(only_one_spelling_of_the_mac_is_taken) {
  // 32 bytes are 43 characters, the last of which has two bits that count for nothing.
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  int verified = 0;
  for (const char c : alphabet) {
    std::string spelled = cookie;
    spelled.back() = c;
    verified += said(dialect, spelled) == "verified" ? 1 : 0;
  }
  BOOST_TEST(verified == 1);
}

BOOST_AUTO_TEST_CASE(a_cookie_of_another_name_is_no_cookie_here) {
  auto options = format_options();
  options.cookie_name = "__Host-sessioN";
  WholeNative other(std::move(options), random);
  BOOST_TEST(said(dialect, other.cookie(kId, kIssued)) == "bad-signature");
}

BOOST_AUTO_TEST_CASE(a_cookie_under_another_salt_or_key_is_no_cookie_here) {
  auto salted = format_options();
  salted.salt = Secret("another salt");
  BOOST_TEST(said(dialect, WholeNative(std::move(salted), random).cookie(kId, kIssued)) == "bad-signature");
  auto keyed = format_options({{"k1", Secret(kNewSecret)}});
  BOOST_TEST(said(dialect, WholeNative(std::move(keyed), random).cookie(kId, kIssued)) == "bad-signature");
}

BOOST_AUTO_TEST_CASE(an_unknown_key_id_is_a_bad_signature) {
  auto renamed = format_options({{"k9", Secret(kOldSecret)}});
  BOOST_TEST(said(dialect, WholeNative(std::move(renamed), random).cookie(kId, kIssued)) == "bad-signature");
  for (const auto& key_id :
       {std::string(), std::string("k 1"), std::string(33, 'k'), std::string("k="), std::string("é")}) {
    auto parts = parts_of(cookie);
    parts[1] = key_id;
    BOOST_TEST(said(dialect, joined(parts)) == "malformed", key_id);
  }
}

BOOST_AUTO_TEST_CASE(a_cookie_under_an_older_key_verifies_and_is_outdated) {
  WholeNative rotated(rotated_options(), random);
  BOOST_TEST(said(rotated, cookie) == "outdated");
  BOOST_TEST(said(rotated, rotated.cookie(kId, kIssued)) == "verified");
  auto parts = parts_of(cookie);
  parts[1] = "k2";
  BOOST_TEST(said(rotated, joined(parts)) == "bad-signature");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
