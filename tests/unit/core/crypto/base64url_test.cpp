#include "core/crypto/base64url.h"

#include <array>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

BOOST_AUTO_TEST_SUITE(base64url_text)

BOOST_AUTO_TEST_CASE(the_vectors_of_rfc_4648_hold_without_their_padding) {
  BOOST_TEST(base64url("") == "");
  BOOST_TEST(base64url("f") == "Zg");
  BOOST_TEST(base64url("fo") == "Zm8");
  BOOST_TEST(base64url("foo") == "Zm9v");
  BOOST_TEST(base64url("foob") == "Zm9vYg");
  BOOST_TEST(base64url("fooba") == "Zm9vYmE");
  BOOST_TEST(base64url("foobar") == "Zm9vYmFy");
}

BOOST_AUTO_TEST_CASE(the_last_two_characters_are_those_of_urls) {
  BOOST_TEST(base64url("\xfb\xff\xbf") == "-_-_");
  BOOST_TEST(base64url("\xff\xff\xff") == "____");
  BOOST_TEST(base64url(std::string(3, '\0')) == "AAAA");
}

BOOST_AUTO_TEST_CASE(all_bytes_are_told_apart) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  const std::string text = base64url(bytes);
  BOOST_TEST(text.size() == 342U);
  BOOST_TEST(text.substr(0, 16) == "AAECAwQFBgcICQoL");
  BOOST_TEST(text.substr(326) == "T19vf4-fr7_P3-_w");
  BOOST_TEST(is_base64url(text));
}

BOOST_AUTO_TEST_CASE(thirty_two_bytes_are_written_alike_without_a_heap) {
  for (int seed = 0; seed < 256; ++seed) {
    std::array<char, 32> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<char>(static_cast<std::size_t>(seed) + i * i * 37);
    }
    const Base64urlOf32 text = base64url_of_32(bytes);
    const std::string same = base64url(std::string_view(bytes.data(), bytes.size()));
    BOOST_TEST(std::string_view(text.data(), text.size()) == same);
  }
}

BOOST_AUTO_TEST_CASE(appending_keeps_what_is_there) {
  std::string out = "v1.";
  append_base64url(out, "foo");
  BOOST_TEST(out == "v1.Zm9v");
}

BOOST_AUTO_TEST_CASE(membership_is_the_alphabet_and_nothing_else) {
  int members = 0;
  for (int i = 0; i < 256; ++i) members += is_base64url(std::string(1, static_cast<char>(i))) ? 1 : 0;
  BOOST_TEST(members == 64);
  BOOST_TEST(is_base64url("azAZ09-_"));
  BOOST_TEST(is_base64url(""));
  for (const auto* text : {"a=", "a+", "a/", "a.", " a", "a\n", "\xc3\xa9"})
    BOOST_TEST(!is_base64url(text), text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
