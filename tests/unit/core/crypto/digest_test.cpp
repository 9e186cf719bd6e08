#include "core/crypto/digest.h"

#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/hex.h"

namespace session::test {
namespace {

// Of the examples to FIPS 180-4.
const std::string kTwoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
const std::string kTwoBlocksDigest = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";

BOOST_AUTO_TEST_SUITE(digest)

BOOST_AUTO_TEST_CASE(the_examples_of_fips_180_hold) {
  BOOST_TEST(hex_of(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(hex_of(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(hex_of(sha256(kTwoBlocks)) == kTwoBlocksDigest);
  BOOST_TEST(hex_of(sha256(std::string(1'000'000, 'a'))) ==
             "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

BOOST_AUTO_TEST_CASE(it_does_not_matter_where_the_input_is_split) {
  const std::string_view whole = kTwoBlocks;
  for (std::size_t at = 0; at <= whole.size(); ++at)
    BOOST_TEST(hex_of(sha256(whole.substr(0, at), whole.substr(at))) == kTwoBlocksDigest);
}

// RFC 1321, A.5.
BOOST_AUTO_TEST_CASE(the_test_suite_of_rfc_1321_holds) {
  BOOST_TEST(md5_hex("") == "d41d8cd98f00b204e9800998ecf8427e");
  BOOST_TEST(md5_hex("a") == "0cc175b9c0f1b6a831c399e269772661");
  BOOST_TEST(md5_hex("abc") == "900150983cd24fb0d6963f7d28e17f72");
  BOOST_TEST(md5_hex("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
  BOOST_TEST(md5_hex("abcdefghijklmnopqrstuvwxyz") == "c3fcd3d76192e4007dfb496cca67e13b");
  BOOST_TEST(md5_hex("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") ==
             "d174ab98d277d9f5a5611c2c9f419d9f");
  const std::string_view digits =
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890";
  for (std::size_t at = 0; at <= digits.size(); ++at)
    BOOST_TEST(md5_hex(digits.substr(0, at), digits.substr(at)) == "57edf4a22be3c955ac49da2e2107b67a");
}

BOOST_AUTO_TEST_CASE(threads_do_not_disturb_each_other) {
  std::vector<int> wrong(4, 0);
  {
    std::vector<std::jthread> threads;
    for (int& count : wrong) {
      threads.emplace_back([&count] {
        for (int i = 0; i < 2000; ++i) count += hex_of(sha256(kTwoBlocks)) == kTwoBlocksDigest ? 0 : 1;
      });
    }
  }
  for (const int count : wrong) BOOST_TEST(count == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
