#include "core/cookie/attributes.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

// The problems as "attribute: text" lines.
std::string problems(const CookieAttributes& attributes) {
  std::string lines;
  for (const CookieProblem& problem : problems_of(attributes)) {
    if (!lines.empty()) lines += "\n";
    lines += problem.attribute + ": " + problem.text;
  }
  return lines;
}

// Attributes that allow everything, under a name without prefix.
CookieAttributes plain() {
  CookieAttributes attributes;
  attributes.name = "sid";
  return attributes;
}

std::string problems_of_name(const std::string& name) {
  CookieAttributes attributes;
  attributes.name = name;
  return problems(attributes);
}
std::string problems_of_path(const std::string& path) {
  CookieAttributes attributes = plain();
  attributes.path = path;
  return problems(attributes);
}
std::string problems_of_domain(const std::string& domain) {
  CookieAttributes attributes = plain();
  attributes.domain = domain;
  return problems(attributes);
}
std::string problems_of_lifetime(seconds lifetime) {
  CookieAttributes attributes;
  attributes.lifetime = lifetime;
  return problems(attributes);
}

BOOST_AUTO_TEST_SUITE(cookie_attributes)

BOOST_AUTO_TEST_CASE(the_defaults_are_the_strictest_that_logins_allow) {
  BOOST_TEST(set_cookie(CookieAttributes(), "v") ==
             "__Host-session=v; Path=/; Secure; HttpOnly; SameSite=Lax");
  BOOST_TEST(problems(CookieAttributes()) == "");
}

BOOST_AUTO_TEST_CASE(each_attribute_stands_where_it_is_configured) {
  CookieAttributes attributes = plain();
  attributes.path = "/app";
  BOOST_TEST(set_cookie(attributes, "v") == "sid=v; Path=/app; Secure; HttpOnly; SameSite=Lax");
  attributes.domain = "example.org";
  BOOST_TEST(set_cookie(attributes, "v") ==
             "sid=v; Path=/app; Domain=example.org; Secure; HttpOnly; SameSite=Lax");
  attributes.lifetime = seconds(3600);
  BOOST_TEST(set_cookie(attributes, "v") ==
             "sid=v; Path=/app; Domain=example.org; Secure; HttpOnly; SameSite=Lax; Max-Age=3600");
  attributes.secure = false;
  attributes.same_site = SameSite::strict;
  BOOST_TEST(set_cookie(attributes, "v") ==
             "sid=v; Path=/app; Domain=example.org; HttpOnly; SameSite=Strict; Max-Age=3600");
  BOOST_TEST(problems(attributes) == "");
}

BOOST_AUTO_TEST_CASE(same_site_none_is_said_and_not_left_out) {
  CookieAttributes attributes = plain();
  attributes.same_site = SameSite::none;
  BOOST_TEST(set_cookie(attributes, "v") == "sid=v; Path=/; Secure; HttpOnly; SameSite=None");
}

BOOST_AUTO_TEST_CASE(a_cookie_is_taken_away_with_the_attributes_that_gave_it) {
  CookieAttributes attributes = plain();
  attributes.path = "/app";
  attributes.domain = "example.org";
  attributes.lifetime = seconds(3600);
  BOOST_TEST(clear_cookie(attributes) ==
             "sid=; Path=/app; Domain=example.org; Secure; HttpOnly; SameSite=Lax; Max-Age=0; "
             "Expires=Thu, 01 Jan 1970 00:00:00 GMT");
  BOOST_TEST(clear_cookie(CookieAttributes()) ==
             "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 "
             "00:00:00 GMT");
}

BOOST_AUTO_TEST_CASE(a_name_that_is_no_token_is_refused) {
  const std::string expected = "name: a cookie name is letters, digits and !#$%&'*+-.^_`|~";
  for (const std::string name :
       {"", " ", "a b", "a=b", "a;b", "a,b", "a\"b", "a\r\nSet-Cookie: x", "\x7f", "é", "a[0]", "a/b"})
    BOOST_TEST(problems_of_name(name) == expected, name);
  for (const std::string name : {"a", "!#$%&'*+-.^_`|~", "Session.1"})
    BOOST_TEST(problems_of_name(name) == "", name);
}

BOOST_AUTO_TEST_CASE(a_name_has_at_most_128_characters) {
  BOOST_TEST(problems_of_name(std::string(128, 'a')) == "");
  BOOST_TEST(problems_of_name(std::string(129, 'a')) == "name: a cookie name has at most 128 characters");
}

BOOST_AUTO_TEST_CASE(a_path_that_browsers_would_misread_is_refused) {
  const std::string expected = "path: a path begins with / and holds printable ASCII without ;";
  for (const std::string path : {"", "app", " /", "/a;Domain=evil.example", "/a\r\nx", "/é", "/\x7f"})
    BOOST_TEST(problems_of_path(path) == expected, path);
  for (const std::string path : {"/", "/a b", "/a/b?c"}) BOOST_TEST(problems_of_path(path) == "", path);
}

BOOST_AUTO_TEST_CASE(a_domain_that_is_no_name_is_refused) {
  for (const std::string domain :
       {".example.org", "example.org.", "a b", "a;b", "a,b", "http://a", "é.org", "a_b"})
    BOOST_TEST(problems_of_domain(domain) == "domain: not a domain name", domain);
  for (const std::string domain : {"example.org", "localhost", "a-b.C1.org"})
    BOOST_TEST(problems_of_domain(domain) == "");
}

BOOST_AUTO_TEST_CASE(a_host_cookie_with_a_domain_is_refused) {
  CookieAttributes attributes;
  attributes.domain = "example.org";
  BOOST_TEST(problems(attributes) == "domain: browsers refuse a __Host- cookie that has a domain");
}

BOOST_AUTO_TEST_CASE(a_host_cookie_with_another_path_is_refused) {
  CookieAttributes attributes;
  attributes.path = "/app";
  BOOST_TEST(problems(attributes) == "path: browsers refuse a __Host- cookie whose path is not /");
}

BOOST_AUTO_TEST_CASE(a_prefixed_cookie_that_is_not_secure_is_refused) {
  for (const std::string name : {"__Host-s", "__Secure-s", "__hOSt-s", "__SECURE-s"}) {
    CookieAttributes attributes;
    attributes.name = name;
    attributes.secure = false;
    BOOST_TEST(problems(attributes) ==
               "secure: browsers refuse a __Host- or __Secure- cookie that is not secure");
  }
}

BOOST_AUTO_TEST_CASE(a_secure_prefix_asks_for_nothing_but_secure) {
  CookieAttributes attributes;
  attributes.name = "__Secure-s";
  attributes.domain = "example.org";
  attributes.path = "/app";
  BOOST_TEST(problems(attributes) == "");
}

BOOST_AUTO_TEST_CASE(same_site_none_that_is_not_secure_is_refused) {
  CookieAttributes attributes = plain();
  attributes.secure = false;
  attributes.same_site = SameSite::none;
  BOOST_TEST(problems(attributes) ==
             "same_site: browsers refuse SameSite=None on a cookie that is not secure");
}

BOOST_AUTO_TEST_CASE(a_lifetime_is_more_than_nothing_and_at_most_400_days) {
  BOOST_TEST(problems_of_lifetime(seconds(0)) == "lifetime: a lifetime is longer than nothing");
  BOOST_TEST(problems_of_lifetime(seconds(-1)) == "lifetime: a lifetime is longer than nothing");
  BOOST_TEST(problems_of_lifetime(seconds(1)) == "");
  BOOST_TEST(problems_of_lifetime(kMaxCookieLifetime) == "");
  BOOST_TEST(problems_of_lifetime(kMaxCookieLifetime + seconds(1)) ==
             "lifetime: browsers keep a cookie for at most 400d");
}

BOOST_AUTO_TEST_CASE(all_problems_are_told_at_once) {
  CookieAttributes attributes;
  attributes.path = "/app";
  attributes.domain = ".x";
  attributes.secure = false;
  attributes.same_site = SameSite::none;
  attributes.lifetime = seconds(0);
  BOOST_TEST(problems_of(attributes).size() == 6U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
