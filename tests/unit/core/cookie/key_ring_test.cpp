#include "core/cookie/key_ring.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

KeyMaterial key(const std::string& id, char byte) { return KeyMaterial{id, Secret(std::string(32, byte))}; }

BOOST_AUTO_TEST_SUITE(key_ring)

BOOST_AUTO_TEST_CASE(the_first_key_signs_and_all_are_found) {
  KeyRing ring({key("k2", '2'), key("k1", '1')}, Secret("salt"));
  BOOST_TEST(ring.signing_id() == "k2");
  BOOST_TEST_REQUIRE((ring.find("k2") != nullptr));
  BOOST_TEST_REQUIRE((ring.find("k1") != nullptr));
  BOOST_TEST((ring.sign("text") == ring.find("k2")->tag("text")));
  BOOST_TEST((ring.sign("text") != ring.find("k1")->tag("text")));
}

BOOST_AUTO_TEST_CASE(a_key_is_found_by_its_whole_id_only) {
  KeyRing ring({key("k1", '1')}, Secret("salt"));
  for (const auto* id : {"", "k", "K1", "k1 ", "k11", "1"}) BOOST_TEST((ring.find(id) == nullptr), id);
}

BOOST_AUTO_TEST_CASE(the_same_keys_and_salt_sign_the_same) {
  KeyRing one({key("k1", '1')}, Secret("salt"));
  KeyRing two({key("other-id", '1')}, Secret("salt"));
  BOOST_TEST((one.sign("text") == two.sign("text")));
}

BOOST_AUTO_TEST_CASE(neither_secret_nor_salt_alone_signs) {
  KeyRing ring({key("k1", '1')}, Secret("salt"));
  KeyRing other_salt({key("k1", '1')}, Secret("sale"));
  KeyRing other_secret({key("k1", '2')}, Secret("salt"));
  BOOST_TEST((ring.sign("text") != other_salt.sign("text")));
  BOOST_TEST((ring.sign("text") != other_secret.sign("text")));
  // The secret is not used as it is, so what else it is used for gives nothing away.
  BOOST_TEST((ring.sign("text") != Mac(Secret(std::string(32, '1'))).tag("text")));
}

BOOST_AUTO_TEST_CASE(ids_are_one_to_thirty_two_characters_of_base64url) {
  for (const std::string id : {"k", "k1", "2024-06_a", "-", "_"}) BOOST_TEST(valid_key_id(id), id);
  BOOST_TEST(valid_key_id(std::string(32, 'k')));
  BOOST_TEST(!valid_key_id(std::string(33, 'k')));
  for (const std::string id : {"", " ", "a.b", "a b", "a=", "é", "a/b", "a\n"})
    BOOST_TEST(!valid_key_id(id), id);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
