// What seals exports: AES-256-GCM, and scrypt, which makes its key.

#include <string>

#include <boost/test/unit_test.hpp>

#include "core/crypto/aes_gcm.h"
#include "core/crypto/hex.h"
#include "core/crypto/scrypt.h"

namespace session::test {
namespace {

std::string bytes_of(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sealing)

// Test cases 13, 14 and 16 of the specification of GCM (McGrew and Viega).
BOOST_AUTO_TEST_CASE(the_vectors_of_gcm_hold) {
  AesGcm zero(Secret(std::string(32, '\0')));
  const std::string no_nonce(12, '\0');
  BOOST_TEST(hex(zero.seal(no_nonce, "", "")) == "530f8afbc74536b9a963b4f1c4cb738b");
  BOOST_TEST(hex(zero.seal(no_nonce, "", std::string(16, '\0'))) ==
             "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
  AesGcm cipher(Secret(bytes_of("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")));
  const std::string sealed =
      cipher.seal(bytes_of("cafebabefacedbaddecaf888"), bytes_of("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
                  bytes_of("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532"
                           "fcf0e2449a6b525b16aedf5aa"
                           "0de657ba637b39"));
  BOOST_TEST(hex(sealed) ==
             "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b105682883"
             "8c5f61e6393"
             "ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b");
}

BOOST_AUTO_TEST_CASE(what_was_changed_does_not_open) {
  AesGcm cipher(Secret(std::string(32, 'k')));
  const std::string nonce(12, 'n');
  const std::string sealed = cipher.seal(nonce, "context", "plain");
  BOOST_TEST(cipher.open(nonce, "context", sealed).value() == "plain");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    BOOST_TEST(!cipher.open(nonce, "context", changed).has_value());
    BOOST_TEST(!cipher.open(nonce, "context", sealed.substr(0, i)).has_value());
  }
  BOOST_TEST(!cipher.open(std::string(12, 'm'), "context", sealed).has_value());
  BOOST_TEST(!cipher.open(nonce, "contexT", sealed).has_value());
  BOOST_TEST(!AesGcm(Secret(std::string(32, 'l'))).open(nonce, "context", sealed).has_value());
}

// RFC 7914, section 12; the first 32 of their 64 bytes.
BOOST_AUTO_TEST_CASE(the_vectors_of_rfc_7914_hold) {
  BOOST_TEST(hex(scrypt(Secret("password"), "NaCl", {10, 8, 16})->reveal()) ==
             "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162");
  BOOST_TEST(hex(scrypt(Secret("pleaseletmein"), "SodiumChloride", {14, 8, 1})->reveal()) ==
             "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2");
}

BOOST_AUTO_TEST_CASE(a_cost_that_nobody_can_bear_is_known_before) {
  BOOST_TEST(ScryptCost().is_bearable());
  for (const ScryptCost cost : {ScryptCost{0, 8, 1}, ScryptCost{17, 0, 1}, ScryptCost{17, 8, 0},
                                ScryptCost{30, 8, 1}, ScryptCost{24, 8, 1}, ScryptCost{17, 65, 1},
                                ScryptCost{17, 8, 9}, ScryptCost{4000000000U, 4000000000U, 4000000000U}})
    BOOST_TEST(!cost.is_bearable());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
