#include "gateway/endpoints/origin_check.h"

#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/asked.h"

namespace session::test {
namespace {

// Whether a request with these headers passes as one of the same origin.
bool passes(const std::vector<std::pair<std::string, std::string>>& headers, const std::string& scheme = "") {
  Asked asked;
  for (const auto& [name, value] : headers) asked.with("HTTP_" + name, value);
  return !gateway::cross_origin(asked.request().headers, scheme);
}
bool same(const std::string& host, const std::string& origin, const std::string& scheme = "") {
  return passes({{"HOST", host}, {"ORIGIN", origin}}, scheme);
}

BOOST_AUTO_TEST_SUITE(origin_check)

BOOST_AUTO_TEST_CASE(programs_that_are_no_browsers_pass) {
  BOOST_TEST(passes({}));
  BOOST_TEST(passes({{"HOST", "shop.example"}}));
}

BOOST_AUTO_TEST_CASE(another_site_is_refused_and_told_why) {
  Asked asked;
  asked.with("HTTP_SEC_FETCH_SITE", "cross-site");
  BOOST_TEST(gateway::cross_origin(asked.request().headers, "").value() ==
             "The request comes from another site.");
  Asked other;
  other.with("HTTP_HOST", "shop.example").with("HTTP_ORIGIN", "https://evil.example");
  BOOST_TEST(gateway::cross_origin(other.request().headers, "").value() ==
             "The request comes from another origin.");
}

BOOST_AUTO_TEST_CASE(sec_fetch_site_is_read_in_any_case_and_every_time_it_comes) {
  for (const auto* site : {"cross-site", "Cross-Site", "CROSS-SITE", " cross-site "})
    BOOST_TEST(!passes({{"SEC_FETCH_SITE", site}}), site);
  BOOST_TEST(!passes({{"SEC_FETCH_SITE", "same-origin"}, {"SEC_FETCH_SITE", "cross-site"}}));
  for (const auto* sites : {"same-origin, cross-site", "cross-site,same-origin", "same-origin,,Cross-Site"})
    BOOST_TEST(!passes({{"SEC_FETCH_SITE", sites}}), sites);
  for (const auto* site : {"same-origin", "none", ""}) BOOST_TEST(passes({{"SEC_FETCH_SITE", site}}), site);
}

// A load balancer has rewritten Host, or the page sends no referrers: the browser knows where it sends to.
BOOST_AUTO_TEST_CASE(same_origin_decides_where_it_is_sent) {
  for (const auto* origin : {"https://shop.example", "null", "http://shop.example:8080", "nonsense"}) {
    for (const auto* site : {"same-origin", "Same-Origin", " same-origin ", "same-origin, same-origin"}) {
      BOOST_TEST(passes({{"HOST", "10.0.0.7"}, {"ORIGIN", origin}, {"SEC_FETCH_SITE", site}}), origin);
      BOOST_TEST(passes({{"ORIGIN", origin}, {"SEC_FETCH_SITE", site}}, "https"), origin);
    }
    BOOST_TEST(!passes({{"HOST", "10.0.0.7"}, {"ORIGIN", origin}}), origin);
  }
}

BOOST_AUTO_TEST_CASE(same_origin_beside_another_word_decides_nothing) {
  for (const auto* other : {"none", "same-site", "", "x", "same-origin x", "same-origins"}) {
    for (const auto* sites : {"", "same-origin, "}) {
      const std::string said = std::string(sites) + other;
      BOOST_TEST(!passes({{"HOST", "a.example"}, {"ORIGIN", "https://b.example"}, {"SEC_FETCH_SITE", said}}),
                 said);
      BOOST_TEST(passes({{"HOST", "a.example"}, {"ORIGIN", "https://a.example"}, {"SEC_FETCH_SITE", said}}),
                 said);
    }
    BOOST_TEST(!passes({{"HOST", "a.example"},
                        {"ORIGIN", "null"},
                        {"SEC_FETCH_SITE", "same-origin"},
                        {"SEC_FETCH_SITE", other}}),
               other);
  }
}

// Another subdomain: a browser says same-site of another origin only.
BOOST_AUTO_TEST_CASE(the_same_site_is_another_origin_unless_origin_says_otherwise) {
  BOOST_TEST(!passes({{"HOST", "shop.example"}, {"SEC_FETCH_SITE", "same-site"}}));
  BOOST_TEST(!passes(
      {{"HOST", "shop.example"}, {"SEC_FETCH_SITE", "same-site"}, {"ORIGIN", "https://x.shop.example"}}));
  BOOST_TEST(passes(
      {{"HOST", "shop.example"}, {"SEC_FETCH_SITE", "same-site"}, {"ORIGIN", "https://shop.example"}}));
}

BOOST_AUTO_TEST_CASE(the_scheme_must_be_the_fronts_if_it_gives_one) {
  BOOST_TEST(same("shop.example", "https://shop.example", "https"));
  BOOST_TEST(same("shop.example", "HTTPS://shop.example", "https"));
  BOOST_TEST(!same("shop.example", "http://shop.example", "https"));
  BOOST_TEST(!same("shop.example", "https://shop.example", "http"));
  BOOST_TEST(!same("shop.example", "https://shop.example", "https, http"));
  BOOST_TEST(!same("shop.example:443", "http://shop.example:443", "https"));
  BOOST_TEST(!same("shop.example", "ftp://shop.example", "https"));
}

BOOST_AUTO_TEST_CASE(the_port_must_be_that_of_host_or_the_schemes_own) {
  BOOST_TEST(same("shop.example", "https://shop.example:443", "https"));
  BOOST_TEST(same("shop.example:443", "https://shop.example", "https"));
  BOOST_TEST(same("shop.example:8443", "https://shop.example:8443", "https"));
  BOOST_TEST(same("shop.example:80", "http://shop.example", "http"));
  BOOST_TEST(!same("shop.example", "https://shop.example:8443", "https"));
  BOOST_TEST(!same("shop.example:8443", "https://shop.example", "https"));
  BOOST_TEST(!same("shop.example:8443", "https://shop.example:443", "https"));
  BOOST_TEST(!same("shop.example", "https://shop.example:80", "https"));
  BOOST_TEST(!same("[::1]:8080", "http://[::1]", "http"));
}

// Without a scheme, a Host without a port may be one whose port nginx has cut off ($host).
BOOST_AUTO_TEST_CASE(without_a_scheme_a_port_in_host_is_compared) {
  BOOST_TEST(!same("shop.example:8443", "https://shop.example"));
  BOOST_TEST(!same("shop.example:8443", "https://shop.example:8444"));
  BOOST_TEST(same("shop.example:443", "https://shop.example"));
  BOOST_TEST(!same("shop.example:443", "http://shop.example"));
  BOOST_TEST(!same("shop.example:x", "https://shop.example"));
  BOOST_TEST(!same("shop.example:99999", "https://shop.example:99999"));
}

BOOST_AUTO_TEST_CASE(the_same_host_passes_whatever_the_case) {
  BOOST_TEST(same("shop.example", "https://shop.example"));
  BOOST_TEST(same("Shop.Example", "https://shop.eXample"));
  BOOST_TEST(same("shop.example:8443", "https://shop.example:8443"));
  BOOST_TEST(same("shop.example", "http://shop.example:8080"));
  BOOST_TEST(same("127.0.0.1:8080", "http://127.0.0.1:8080"));
  BOOST_TEST(same("shop.example", " https://shop.example "));
}

BOOST_AUTO_TEST_CASE(ipv6_hosts_are_told_apart_with_and_without_port) {
  BOOST_TEST(same("[::1]", "http://[::1]"));
  BOOST_TEST(same("[::1]:8080", "http://[::1]:8080"));
  BOOST_TEST(same("[2001:DB8::1]", "http://[2001:db8::1]:8080"));
  BOOST_TEST(!same("[::1]", "http://[::2]"));
  BOOST_TEST(!same("[::1]:8080", "http://[::11]:8080"));
  BOOST_TEST(!same("[::1]", "http://::1"));
  BOOST_TEST(!same("[::1]", "http://[::1].evil.example"));
}

BOOST_AUTO_TEST_CASE(another_host_is_refused_however_alike) {
  for (const auto* origin : {"https://evil.example", "https://shop.example.evil.example",
                             "https://ashop.example", "https://shop.exampl", "https://www.shop.example",
                             "https://example", "https://shop.example.", "https://shop-example"}) {
    BOOST_TEST(!same("shop.example", origin), origin);
  }
}

BOOST_AUTO_TEST_CASE(null_and_what_is_no_origin_are_refused) {
  for (const auto* origin : {"null",
                             "",
                             " ",
                             "shop.example",
                             "//shop.example",
                             "://shop.example",
                             "https://",
                             "https:///shop.example",
                             "https://shop.example/",
                             "https://shop.example/path",
                             "https://shop.example?x",
                             "https://shop.example#x",
                             "https://user@shop.example",
                             "https://shop.example@evil.example",
                             "https://shop.example:80@evil.example",
                             "https://shop.example:80.evil.example",
                             "https://shop.example:evil",
                             "https://shop.example:443/",
                             "https://shop.example, https://evil.example",
                             "https://shop.example\\@evil.example",
                             "https:shop.example"}) {
    BOOST_TEST(!same("shop.example", origin), origin);
  }
}

BOOST_AUTO_TEST_CASE(a_list_of_origins_is_refused_even_if_it_begins_with_ours) {
  BOOST_TEST(!same("shop.example", "https://shop.example https://evil.example"));
  BOOST_TEST(!same("shop.example", "https://shop.example:443 https://evil.example"));
  BOOST_TEST(!passes(
      {{"HOST", "shop.example"}, {"ORIGIN", "https://shop.example"}, {"ORIGIN", "https://evil.example"}}));
  BOOST_TEST(!passes({{"HOST", "shop.example"}, {"ORIGIN", "https://shop.example"}, {"ORIGIN", ""}}));
}

BOOST_AUTO_TEST_CASE(an_origin_without_a_host_to_compare_is_refused) {
  BOOST_TEST(!passes({{"ORIGIN", "https://shop.example"}}));
  BOOST_TEST(!same("", "https://"));
  BOOST_TEST(!same("", "null"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
