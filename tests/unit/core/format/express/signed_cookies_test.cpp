#include "core/format/express/signed_cookies.h"

#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/cookie/cookie_value.h"
#include "tests/support/counted_random.h"

namespace session::test {
namespace {

// Of facts that the real packages were asked for (tests/peers).
const std::string kAs(32, 'a');
const std::string kAsWire =
    "s%3Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.2pWpIeKBIWj5sr1%2Bxfd1HSAbdfCDtQ%2B%2Bo5cmDettqN4";
const std::string kDots = "sid.with.dots";
const std::string kDotsMac = "DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSI";
const std::string kOddWire =
    "s%3A%C5%99%F0%9F%98%80%20%2F%25.8r%2FUc4fGsRDwQ7m3RIdMQhhJ1jiifeyE7s8tUPtUg%2Fc";
const std::string kHalf = "50%.WqIw15ovv9YwTekj2AcKouEV0lBhgkLOeZMlUXYOls0";
const std::string kAcuteMac = "IJHQiGrJN1r6CT8N7exFS1utW6xz39cpVto0zc447p0";  // of é

SignedCookies with(const std::vector<std::string>& texts) {
  std::vector<Secret> secrets;
  for (const std::string& text : texts) secrets.emplace_back(std::string(text));
  return SignedCookies(secrets);
}

// The text that a value is the signed cookie of, "outdated: " before it, or the refusal in brackets.
std::string said(SignedCookies& cookies, std::string_view value) {
  const auto verified = cookies.verify(value);
  if (!verified) return "[" + std::string(to_text(verified.error())) + "]";
  return (verified->outdated ? "outdated: " : "") + verified->text;
}

struct Cat {
  std::string said(std::string_view value) { return test::said(cookies, value); }
  SignedCookies cookies = with({"keyboard cat"});
};

BOOST_FIXTURE_TEST_SUITE(express_cookie, Cat)

BOOST_AUTO_TEST_CASE(cookies_are_signed_as_the_package_signs_them) {
  BOOST_TEST(cookies.sign(kAs) == kAsWire);
  BOOST_TEST(cookies.sign(kDots) == "s%3Asid.with.dots.DuM6Lqsbfh5Fer8YprEO%2BEvZmDbfpn2PDcnvmoBlpSI");
  BOOST_TEST(cookies.sign("ř😀 /%") == kOddWire);
  BOOST_TEST(with({"secret"}).sign("hello") == "s%3Ahello.iKqz7ejTrflNJquQ07r9SiCDBww7zOnAFO4EpEOEfAs");
}

BOOST_AUTO_TEST_CASE(a_cookie_of_the_package_verifies_and_says_its_text) {
  BOOST_TEST(said(kAsWire) == kAs);
  BOOST_TEST(said(kOddWire) == "ř😀 /%");
  SignedCookies other = with({"secret"});
  BOOST_TEST(test::said(other, "s:hello.iKqz7ejTrflNJquQ07r9SiCDBww7zOnAFO4EpEOEfAs") == "hello");
}

BOOST_AUTO_TEST_CASE(a_cookie_counts_in_each_spelling_that_node_takes) {
  for (const std::string& value :
       {"s:" + kDots + "." + kDotsMac, "\"s:" + kDots + "." + kDotsMac + "\"",
        std::string("s%3Asid.with.dots.DuM6Lqsbfh5Fer8YprEO%2BEvZmDbfpn2PDcnvmoBlpSI"),
        std::string("s%3asid%2ewith.dots.DuM6Lqsbfh5Fer8YprEO%2bEvZmDbfpn2PDcnvmoBlpSI"),
        std::string("\"s%3Asid.with.dots.DuM6Lqsbfh5Fer8YprEO%2BEvZmDbfpn2PDcnvmoBlpSI\"")})
    BOOST_TEST(said(value) == kDots, value);
}

BOOST_AUTO_TEST_CASE(a_value_that_does_not_decode_counts_as_it_is) {
  BOOST_TEST(said("s:" + kHalf) == "50%");
  BOOST_TEST(said("s%3A" + kHalf) == "[malformed]");
  BOOST_TEST(said("s%3A50%25" + kHalf.substr(3)) == "50%");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_encoded_are_latin_1_as_node_takes_them) {
  BOOST_TEST(said("s:\xe9." + kAcuteMac) == "é");
  BOOST_TEST(said("s%3A\xe9." + kAcuteMac) == "é");
  BOOST_TEST(said("s%3A%C3%A9." + kAcuteMac) == "é");
  BOOST_TEST(said("s%3Aé." + kAcuteMac) == "[bad-signature]");
}

BOOST_AUTO_TEST_CASE(no_other_spelling_of_the_signature_is_taken) {
  const std::string before = "s:" + kDots + ".";
  for (const std::string& mac :
       {kDotsMac + "=", kDotsMac + "==", kDotsMac + " ",
        std::string("DuM6Lqsbfh5Fer8YprEO-EvZmDbfpn2PDcnvmoBlpSI"),
        std::string("DuM6Lqsbfh5Fer8YprEO EvZmDbfpn2PDcnvmoBlpSI"),
        std::string("DuM6Lqsbfh5Fer8YprEO+EvZmDbfpn2PDcnvmoBlpSJ"),  // the same bytes
        kDotsMac.substr(1), kDotsMac.substr(0, 42), std::string()})
    BOOST_TEST(said(before + mac) == "[bad-signature]", mac);
}

BOOST_AUTO_TEST_CASE(what_is_not_of_this_form_is_malformed) {
  for (const std::string& value :
       {std::string(), std::string("s:"), std::string("s:."), std::string("s"), std::string("."),
        std::string("\""), std::string("\"\""), std::string("s:without a dot"), "S:" + kDots + "." + kDotsMac,
        kDots + "." + kDotsMac, " s:" + kDots + "." + kDotsMac, "\"s:" + kDots + "." + kDotsMac,
        std::string("v1.k1.abc.1800000000.mac").substr(0, 3), std::string("j:{\"a\":1}")})
    BOOST_TEST((said(value) == "[malformed]"), value << " " << said(value));
}

BOOST_AUTO_TEST_CASE(an_empty_text_has_no_cookie_even_if_signed) {
  const std::string wire = cookies.sign("");
  BOOST_TEST(wire.starts_with("s%3A."));
  BOOST_TEST(said(wire) == "[malformed]");
}

BOOST_AUTO_TEST_CASE(the_text_ends_at_the_last_dot) {
  for (const std::string text : {"a.b", ".", "..", "a.", ".a", kDotsMac.c_str()})
    BOOST_TEST(said(cookies.sign(text)) == text);
  BOOST_TEST(said("s:sid.with." + kDotsMac) == "[bad-signature]");
}

BOOST_AUTO_TEST_CASE(the_first_secret_signs_and_all_verify) {
  SignedCookies before = with({"old"});
  SignedCookies during = with({"new", "old"});
  SignedCookies after = with({"new"});
  BOOST_TEST(during.sign("a") == after.sign("a"));
  BOOST_TEST(test::said(during, before.sign("a")) == "outdated: a");
  BOOST_TEST(test::said(during, during.sign("a")) == "a");
  BOOST_TEST(test::said(before, during.sign("a")) == "[bad-signature]");
  BOOST_TEST(test::said(after, before.sign("a")) == "[bad-signature]");
}

BOOST_AUTO_TEST_CASE(secrets_of_any_length_are_taken) {
  for (const std::size_t size : {1U, 31U, 64U, 65U, 1000U}) {
    SignedCookies some = with({std::string(size, 's')});
    BOOST_TEST(test::said(some, some.sign("hello")) == "hello");
  }
}

BOOST_AUTO_TEST_CASE(no_cookie_verifies_with_a_byte_changed) {
  const std::string wire = "s:" + kDots + "." + kDotsMac;
  for (std::size_t at = 0; at < wire.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = wire;
      changed[at] = static_cast<char>(byte);
      if (changed != wire) BOOST_TEST_REQUIRE(said(changed).starts_with("["), changed);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_text_survives_signing) {
  for (const std::string& text :
       {std::string("\0", 1), std::string("a\0b", 3), std::string("%"), std::string("%41"),
        std::string("\"quoted\""), std::string(";,= \t"), std::string("€😀\x7f"), std::string(1000, '.')})
    BOOST_TEST((said(cookies.sign(text)) == text));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(uri_components)

BOOST_AUTO_TEST_CASE(encoding_is_that_of_javascript) {
  BOOST_TEST(encoded_cookie("aZ0-_.!~*'() \"#%&+/;=?@é€") ==
             "aZ0-_.!~*'()%20%22%23%25%26%2B%2F%3B%3D%3F%40%C3%A9%E2%82%AC");
}

BOOST_AUTO_TEST_CASE(decoding_is_that_of_javascript) {
  const std::pair<std::string, std::string> cases[] = {
      {"a%20b", "a b"},   {"%C5%99", "ř"},   {"%f0%9F%98%80", "😀"}, {"%00", std::string("\0", 1)},
      {"%22%5C", "\"\\"}, {"\"%22\"", "\""}, {"\xff%20", "ÿ "},     {"", ""}};
  for (const auto& [value, decoded] : cases) BOOST_TEST((decoded_cookie(value) == decoded), value);
}

BOOST_AUTO_TEST_CASE(what_javascript_throws_for_stays_as_it_is) {
  for (const std::string value : {"%", "%4", "a%", "%zz", "%4z", "% 41", "%C5", "%C5%20", "%C5\x01", "%99",
                                  "%ED%A0%80", "%C0%80", "%F4%90%80%80", "%20%FF"})
    BOOST_TEST(decoded_cookie(value) == value);
  BOOST_TEST(decoded_cookie("%c5\x99") == "%c5\xc2\x99");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
