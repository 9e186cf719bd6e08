// Where a login page sends the browser back to.

#include "gateway/endpoints/return_address.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/asked.h"

namespace session::test {
namespace {

struct Returned {
  std::string path, url;
};

Returned returned(const std::string& address, const std::string& scheme = "https",
                  const std::string& host = "shop.example") {
  Asked asked("GET");
  asked.with("REQUEST_URI", address).with("REQUEST_SCHEME", scheme).with("HTTP_HOST", host);
  const gateway::Request request = asked.request();
  gateway::Headers headers;
  gateway::add_return_address(headers, request);
  return {std::string(headers.get("X-Session-Return")), std::string(headers.get("X-Session-Return-URL"))};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(return_address)

BOOST_AUTO_TEST_CASE(the_address_is_one_value_of_a_query_that_every_parser_gives_back) {
  const Returned to = returned("/a b/?x=1&y=%26#f+'\"<\xc3\xa9~-._");
  BOOST_TEST(to.path == "%2Fa%20b%2F%3Fx%3D1%26y%3D%2526%23f%2B%27%22%3C%C3%A9~-._");
  BOOST_TEST(to.url == "https%3A%2F%2Fshop.example" + to.path);
}

BOOST_AUTO_TEST_CASE(nothing_leads_to_another_host) {
  for (const char* address : {"//evil.example", "/\\evil.example", "/\t/evil.example", "///\\//evil.example",
                              "/\r\n//evil.example", "/ /evil.example"}) {
    BOOST_TEST(returned(address).path == "%2Fevil.example");
    BOOST_TEST(returned(address).url == "https%3A%2F%2Fshop.example%2Fevil.example");
  }
  BOOST_TEST(returned("/%09/evil.example").path == "%2F%2509%2Fevil.example");
  for (const char* address : {"", "*", "https://evil.example/", "javascript:alert(1)", "evil.example:443"})
    BOOST_TEST(returned(address).path == "");
}

BOOST_AUTO_TEST_CASE(an_url_needs_a_scheme_and_a_host_that_browsers_know) {
  BOOST_TEST(returned("/", "http", "shop.example:8080").url == "http%3A%2F%2Fshop.example%3A8080%2F");
  BOOST_TEST(returned("/", "https", "[::1]:8443").url == "https%3A%2F%2F%5B%3A%3A1%5D%3A8443%2F");
  for (const char* host : {"", "a@b", "a/b", "a\\b", "a b", "a?b", "a#b", "a%2fb"}) {
    BOOST_TEST(returned("/", "https", host).url == "");
    BOOST_TEST(returned("/", "https", host).path == "%2F");
  }
  for (const char* scheme : {"", "ftp", "javascript"}) BOOST_TEST(returned("/", scheme).url == "");
}

BOOST_AUTO_TEST_CASE(an_address_that_is_too_long_for_a_redirect_is_left_out) {
  const std::string longest = "/" + std::string(gateway::kMaxReturnAddress - 1, 'x');
  BOOST_TEST(returned(longest).path.size() == longest.size() + 2);
  BOOST_TEST(returned(longest + "x").path == "");
  BOOST_TEST(returned(longest + "x").url == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
