#include "core/record/owner_id.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

const Secret kKey("thekeyofthetests");
const Secret kFormer("theformerkey");

BOOST_AUTO_TEST_SUITE(owner_names)

// printf ada | openssl dgst -sha256 -mac HMAC -macopt key:thekeyofthetests -binary | head -c 16 | basenc
// --base64url
BOOST_AUTO_TEST_CASE(a_name_is_a_prefix_and_the_first_128_bits_of_a_keyed_hash_of_the_subject) {
  BOOST_TEST(OwnerId({kKey}).of("ada") == "owner:XaqkJaR4JKM3RjLlGw57rA");
  BOOST_TEST(OwnerId({kKey}, "sess:").of("ada") == "sess:owner:XaqkJaR4JKM3RjLlGw57rA");
}

BOOST_AUTO_TEST_CASE(all_who_have_the_key_give_the_same_names_and_no_two_subjects_share_one) {
  OwnerId one({kKey});
  OwnerId two({kKey});
  for (const char* subject : {"ada", "Ada", "", "ada "}) BOOST_TEST(one.of(subject) == two.of(subject));
  BOOST_TEST(one.of("ada") != one.of("Ada"));
  BOOST_TEST(one.of("ada") != one.of("ada "));
  BOOST_TEST(one.of("ada") != OwnerId({kFormer}).of("ada"));
}

BOOST_AUTO_TEST_CASE(the_first_key_names_and_the_former_ones_are_looked_up_too) {
  OwnerId both({kKey, kFormer}, "sess:");
  BOOST_TEST(both.of("ada") == OwnerId({kKey}, "sess:").of("ada"));
  const std::vector<std::string> all = {both.of("ada"), OwnerId({kFormer}, "sess:").of("ada")};
  BOOST_TEST(both.all_of("ada") == all, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_key_that_is_given_twice_names_once) {
  BOOST_TEST(OwnerId({kKey, kKey}).all_of("ada").size() == 1u);
}

BOOST_AUTO_TEST_CASE(without_a_key_there_are_no_owners) {
  OwnerId none{std::vector<Secret>()};
  BOOST_TEST(none.of("ada").empty());
  BOOST_TEST(none.all_of("ada").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
