#include "core/crypto/mac.h"

#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/hex.h"

namespace session::test {
namespace {

std::string tag_of(const std::string& key, std::string_view text) {
  return hex_of(Mac(Secret(key)).tag(text));
}

BOOST_AUTO_TEST_SUITE(mac)

// RFC 4231, section 4.

BOOST_AUTO_TEST_CASE(test_case_1_of_rfc_4231_holds) {
  BOOST_TEST(tag_of(std::string(20, '\x0b'), "Hi There") ==
             "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

BOOST_AUTO_TEST_CASE(test_case_2_of_rfc_4231_holds_for_a_key_shorter_than_the_tag) {
  BOOST_TEST(tag_of("Jefe", "what do ya want for nothing?") ==
             "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

BOOST_AUTO_TEST_CASE(test_case_3_of_rfc_4231_holds) {
  BOOST_TEST(tag_of(std::string(20, '\xaa'), std::string(50, '\xdd')) ==
             "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
}

BOOST_AUTO_TEST_CASE(test_case_4_of_rfc_4231_holds) {
  BOOST_TEST(
      tag_of(from_hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd')) ==
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
}

BOOST_AUTO_TEST_CASE(test_case_6_of_rfc_4231_holds_for_a_key_longer_than_a_block) {
  BOOST_TEST(tag_of(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
             "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

BOOST_AUTO_TEST_CASE(test_case_7_of_rfc_4231_holds_for_long_key_and_long_text) {
  BOOST_TEST(tag_of(std::string(131, '\xaa'),
                    "This is a test using a larger than block-size key and a larger than block-size data. "
                    "The key needs "
                    "to be hashed before being used by the HMAC algorithm.") ==
             "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

BOOST_AUTO_TEST_CASE(one_mac_gives_the_same_tag_again_whatever_came_between) {
  Mac mac(Secret("Jefe"));
  const auto first = mac.tag("what do ya want for nothing?");
  (void)mac.tag("");
  (void)mac.tag(std::string(100'000, 'x'));
  BOOST_TEST((mac.tag("what do ya want for nothing?") == first));
}

BOOST_AUTO_TEST_CASE(macs_under_different_keys_do_not_disturb_each_other) {
  Mac one(Secret(std::string(32, '1')));
  Mac two(Secret(std::string(32, '2')));
  const auto tag_of_one = one.tag("text");
  BOOST_TEST((two.tag("text") != tag_of_one));
  BOOST_TEST((one.tag("text") == tag_of_one));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(hkdf)

// RFC 5869, appendix A. derive_key yields 32 bytes, and a shorter output of HKDF is the beginning of a
// longer.

std::string derived(const std::string& secret, const std::string& salt, const std::string& purpose) {
  return to_hex(derive_key(Secret(secret), salt, purpose).reveal());
}

std::string counting(int from, int to) {
  std::string bytes;
  for (int i = from; i <= to; ++i) bytes.push_back(static_cast<char>(i));
  return bytes;
}

BOOST_AUTO_TEST_CASE(test_case_1_of_rfc_5869_holds) {
  BOOST_TEST(derived(std::string(22, '\x0b'), counting(0x00, 0x0c), counting(0xf0, 0xf9)) ==
             "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

BOOST_AUTO_TEST_CASE(test_case_2_of_rfc_5869_holds_for_long_inputs) {
  BOOST_TEST(derived(counting(0x00, 0x4f), counting(0x60, 0xaf), counting(0xb0, 0xff)) ==
             "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c");
}

BOOST_AUTO_TEST_CASE(test_case_3_of_rfc_5869_holds_without_salt_and_purpose) {
  BOOST_TEST(derived(std::string(22, '\x0b'), "", "") ==
             "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

BOOST_AUTO_TEST_CASE(another_secret_salt_or_purpose_gives_another_key) {
  const std::string key = derived("secret", "salt", "purpose");
  BOOST_TEST(key.size() == 64U);
  BOOST_TEST(derived("secreT", "salt", "purpose") != key);
  BOOST_TEST(derived("secret", "salT", "purpose") != key);
  BOOST_TEST(derived("secret", "salt", "purposE") != key);
  BOOST_TEST(derived("secrets", "alt", "purpose") != key);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
