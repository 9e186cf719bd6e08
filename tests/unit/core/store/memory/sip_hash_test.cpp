#include "core/store/memory/sip_hash.h"

#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

BOOST_AUTO_TEST_SUITE(sip_hash)

// The vectors of SipHash-2-4's reference implementation: key 00 01 ... 0f, input 00 01 ... of each length.
BOOST_AUTO_TEST_CASE(siphash_2_4_answers_as_the_reference_does) {
  const SipHash<2, 4> hash(0x0706050403020100, 0x0f0e0d0c0b0a0908);
  std::string bytes;
  for (char byte = 0; byte < 16; ++byte) bytes.push_back(byte);
  const std::string_view input = bytes;
  BOOST_TEST(hash(input.substr(0, 0)) == 0x726fdb47dd0e0e31U);
  BOOST_TEST(hash(input.substr(0, 1)) == 0x74f839c593dc67fdU);
  BOOST_TEST(hash(input.substr(0, 8)) == 0x93f5f5799a932462U);
  BOOST_TEST(hash(input.substr(0, 15)) == 0xa129ca6149be45e5U);
}

BOOST_AUTO_TEST_CASE(another_seed_gives_another_hash) {
  const SipHash<1, 3> one(1, 2);
  const SipHash<1, 3> other(1, 3);
  BOOST_TEST(one("key") != other("key"));
  BOOST_TEST(one("key") == one("key"));
  BOOST_TEST(one("key") != one(std::string_view("key\0", 4)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
