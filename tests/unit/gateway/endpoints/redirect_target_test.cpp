#include "gateway/endpoints/redirect_target.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

// The value of the Location header, or "refused: " with the reason.
std::string target(const std::string& location, std::initializer_list<const char*> hosts = {}) {
  gateway::RedirectHosts allowed;
  for (const auto* host : hosts) BOOST_TEST_REQUIRE(allowed.add(host));
  const auto found = gateway::redirect_target(location, allowed);
  return found ? *found : "refused: " + found.error().text;
}
bool refused(const std::string& location, std::initializer_list<const char*> hosts = {}) {
  return target(location, hosts).starts_with("refused: X-Session-Location ");
}
bool kept(const std::string& location, std::initializer_list<const char*> hosts = {}) {
  return target(location, hosts) == location;
}

BOOST_AUTO_TEST_SUITE(redirect_target)

BOOST_AUTO_TEST_CASE(paths_of_this_site_stay_as_they_are) {
  for (const auto* location :
       {"/", "/home", "/a?b=c#d", "/a//b", "/a/../b", "/x?to=https://evil.example//y", "/a:b", "/a@b:c",
        "/%5Cevil.example", "/%2Fevil.example", "/x?a=\\b", "/x#//\\"})
    BOOST_TEST(kept(location), location);
}

BOOST_AUTO_TEST_CASE(relative_references_are_of_this_site) {
  for (const auto* location :
       {"next", "./next", "../up", "?page=2", "#top", "a/b:c", "?u=javascript:x", "#a:b", "./a:b", "..", "."})
    BOOST_TEST(kept(location), location);
}

BOOST_AUTO_TEST_CASE(blanks_and_utf8_are_percent_encoded) {
  BOOST_TEST(target("/a b?c d#e f") == "/a%20b?c%20d#e%20f");
  BOOST_TEST(target("/m\xc3\xbcnchen/\xe2\x82\xac") == "/m%C3%BCnchen/%E2%82%AC");
  BOOST_TEST(target("/latin1/\xe9") == "/latin1/%E9");
  BOOST_TEST(target("\xc2\xa0//evil.example") == "%C2%A0//evil.example");
  BOOST_TEST(target("https://shop.example/\xc3\xa9", {"shop.example"}) == "https://shop.example/%C3%A9");
  BOOST_TEST(kept("/already%20encoded%zz"));
}

BOOST_AUTO_TEST_CASE(what_browsers_take_for_a_host_is_refused) {
  for (const auto* location :
       {"//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\/evil.example",
        "\\\\evil.example", "\\evil.example", "/\\/evil.example", "//", "//evil.example:443/x",
        "//good.example@evil.example", "/a\\b", "a\\..\\\\b", "//shop.example/x"})
    BOOST_TEST(refused(location, {"shop.example"}), location);
}

// Browsers drop tabs and line breaks, so what follows them moves.
BOOST_AUTO_TEST_CASE(control_characters_are_refused_wherever_they_stand) {
  for (const std::string location : {"/\t/evil.example", "/\n/evil.example", "/\r/evil.example",
                                     "/a\r\nSet-Cookie: x=1", "\x01//evil.example", "java\tscript:alert(1)",
                                     "/a\x7f", "/a\x1f", "/?a\tb", "/#\n", "ht\ntps://evil.example"})
    BOOST_TEST(target(location) == "refused: X-Session-Location has a control character", location);
  BOOST_TEST(refused(std::string("/a\0b", 4)));
}

BOOST_AUTO_TEST_CASE(other_schemes_are_refused) {
  for (const auto* location :
       {"javascript:alert(1)", "JavaScript:alert(1)", "javascript://shop.example/%0aalert(1)",
        "data:text/html,x", "vbscript:x", "mailto:a@b", "ftp://shop.example/", "file:///etc/passwd",
        "blob:https://shop.example/x", "x:", ":", ":80", "http+unix://shop.example",
        "view-source:https://shop.example", "https :", "a:b"})
    BOOST_TEST(refused(location, {"shop.example"}), location);
}

BOOST_AUTO_TEST_CASE(without_a_configured_host_no_address_is_allowed) {
  BOOST_TEST(target("https://evil.example/x?y") ==
             "refused: X-Session-Location leads to evil.example, which commit.redirect_hosts does not name");
  BOOST_TEST(refused("http://localhost/"));
}

BOOST_AUTO_TEST_CASE(a_configured_host_is_allowed_over_both_schemes_and_in_any_case) {
  for (const auto* location :
       {"https://shop.example", "https://shop.example/", "http://shop.example/x",
        "HTTPS://Shop.Example/X?y#z", "https://shop.example?x", "https://shop.example#x",
        "https://shop.example:443/", "http://shop.example:80", "https://shop.example/a//b",
        "https://shop.example/x@y:z"})
    BOOST_TEST(kept(location, {"shop.example"}), location);
  BOOST_TEST(kept("https://shop.example/", {"SHOP.example"}));
}

BOOST_AUTO_TEST_CASE(another_host_is_refused_however_alike) {
  for (const auto* location :
       {"https://evil.example/", "https://shop.example.evil.example", "https://www.shop.example",
        "https://shop.exampl", "https://xshop.example", "https://shop.example.", "https://shop-example",
        "https://example", "https://evil.example/shop.example", "https://evil.example?shop.example",
        "https://evil.example#@shop.example", "https://shop.example%2eevil.example", "https://shop%2Eexample",
        "https://sh\xc3\xb6p.example",
        "https://shop\xe3\x80\x82"
        "example",
        "https://\xef\xbd\x93hop.example", "https://shop.example,evil.example",
        "https://shop.example;evil.example", "https://shop example"})
    BOOST_TEST(refused(location, {"shop.example"}), location);
}

BOOST_AUTO_TEST_CASE(user_information_is_refused_whoever_the_host_is) {
  for (const auto* location :
       {"https://shop.example@evil.example", "https://user@shop.example", "https://user:pw@shop.example/",
        "https://@shop.example", "https://shop.example:443@evil.example",
        "https://shop.example:@evil.example", "https://evil.example\\@shop.example",
        "https://shop.example\\@evil.example", "https://shop.example\\.evil.example"})
    BOOST_TEST(refused(location, {"shop.example"}), location);
  BOOST_TEST(kept("https://a.shop.example/", {".shop.example"}));
  BOOST_TEST(refused("https://user@a.shop.example/", {".shop.example"}));
}

// `https:evil.example` and `https:///evil.example` are https://evil.example/ in a browser.
BOOST_AUTO_TEST_CASE(an_address_needs_exactly_two_slashes_and_a_host) {
  for (const auto* location :
       {"https:", "https:/", "https://", "https:///", "https:shop.example", "https:/shop.example",
        "https:///shop.example", "https:////shop.example", "http:path", "https:?x", "https://?x",
        "https://#x", "https://:443/", "https://:443"})
    BOOST_TEST(refused(location, {"shop.example"}), location);
}

BOOST_AUTO_TEST_CASE(a_port_must_be_the_configured_one) {
  BOOST_TEST(kept("https://shop.example:8443/x", {"shop.example:8443"}));
  BOOST_TEST(kept("https://shop.example/x", {"shop.example:443"}));
  BOOST_TEST(kept("http://shop.example:443/x", {"shop.example:443"}));
  for (const auto* location :
       {"https://shop.example/", "https://shop.example:443/", "https://shop.example:84430/",
        "https://shop.example:8443x/", "https://shop.example:/", "https://shop.example:-1/",
        "https://shop.example:+8443", "https://shop.example: 8443", "https://shop.example:0",
        "https://shop.example:73979"})
    BOOST_TEST(refused(location, {"shop.example:8443"}), location);
  for (const auto* location :
       {"https://shop.example:8443/", "https://shop.example:80/", "http://shop.example:443/"})
    BOOST_TEST(refused(location, {"shop.example"}), location);
}

BOOST_AUTO_TEST_CASE(a_dot_in_front_stands_for_the_hosts_below_and_for_no_other) {
  for (const auto* location :
       {"https://a.shop.example/", "https://a.b.shop.example", "http://A.Shop.Example"})
    BOOST_TEST(kept(location, {".shop.example"}), location);
  for (const auto* location : {"https://shop.example/", "https://evilshop.example/", "https://.shop.example/",
                               "https://a..shop.example/", "https://a.shop.example:8443/",
                               "https://a.shop.example.", "https://a.shop.example.evil.example"})
    BOOST_TEST(refused(location, {".shop.example"}), location);
  BOOST_TEST(kept("https://a.shop.example:8443/", {".shop.example:8443"}));
}

BOOST_AUTO_TEST_CASE(ipv6_hosts_are_compared_as_addresses) {
  for (const auto* location :
       {"http://[::1]/", "http://[0:0::1]/", "http://[0000:0000:0000:0000:0000:0000:0000:0001]"})
    BOOST_TEST(kept(location, {"[::1]"}), location);
  BOOST_TEST(kept("http://[2001:DB8::1]:8080/", {"[2001:db8:0::1]:8080"}));
  for (const auto* location : {"http://[::2]/", "http://[::1].evil.example", "http://[::1", "http://::1/",
                               "http://[]/", "http://[::1]:80@evil.example", "http://[::1]evil.example",
                               "http://[evil.example]", "http://[::1%25eth0]/", "http://[::1]]/"})
    BOOST_TEST(refused(location, {"[::1]"}), location);
}

// 127.1 and 0x7f000001 are 127.0.0.1 in a browser; only the configured spelling counts.
BOOST_AUTO_TEST_CASE(ipv4_hosts_are_taken_in_the_configured_spelling_only) {
  BOOST_TEST(kept("http://127.0.0.1:3000/", {"127.0.0.1:3000"}));
  for (const auto* location : {"http://127.1:3000/", "http://0x7f000001:3000/", "http://2130706433:3000/"})
    BOOST_TEST(refused(location, {"127.0.0.1:3000"}), location);
}

BOOST_AUTO_TEST_CASE(a_target_has_at_most_4096_bytes_as_it_is_sent) {
  BOOST_TEST(kept("/" + std::string(4095, 'x')));
  BOOST_TEST(target("/" + std::string(4096, 'x')) == "refused: X-Session-Location has more than 4096 bytes");
  BOOST_TEST(refused("/" + std::string(1366, ' ')));
  BOOST_TEST(!refused("/" + std::string(1365, ' ')));
}

BOOST_AUTO_TEST_CASE(a_reason_quotes_the_host_in_printable_characters) {
  BOOST_TEST(target("https://ev\xc3\xadl.example/") ==
             "refused: X-Session-Location names no valid host: ev\\xc3\\xadl.example");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
