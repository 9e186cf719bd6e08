#include "core/crypto/base64.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace session::test {

BOOST_AUTO_TEST_SUITE(base64_text)

BOOST_AUTO_TEST_CASE(the_vectors_of_rfc_4648_hold) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    BOOST_TEST(base64(bytes) == text);
    BOOST_TEST(from_base64(text).value() == bytes);
  }
}

BOOST_AUTO_TEST_CASE(all_bytes_come_back) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    BOOST_TEST_REQUIRE(from_base64(base64(bytes)).value() == bytes);
  }
}

BOOST_AUTO_TEST_CASE(every_other_spelling_is_refused) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm-v", "Zm_v",
                           "Zg==Zg==", "=Zg=", "====", "Z===", "Zm9v=", "\xc3\xa4\xc3\xa4"})
    BOOST_TEST(!from_base64(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
