#include <algorithm>
#include <array>
#include <cctype>

#include <boost/test/unit_test.hpp>

#include "tests/support/cookie_parts.h"
#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/visible.h"

// Cookies as an attacker changes them, and what the auth endpoint says of each.

namespace session::gateway::test {
namespace {

using session::test::joined;
using session::test::parts_of;

bool base64url_of(const std::string& text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return (c < 0x80 && std::isalnum(c) != 0) || c == '-' || c == '_';
         });
}

bool is_issued(const std::string& text) {
  return !text.empty() && text.size() <= 11 && text[0] != '0' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The reason for a value that we did not sign, by the description of the format alone.
std::string reason_for(std::string value) {
  value = value.substr(0, value.find(';'));
  const auto first = value.find_first_not_of(" \t");
  value = first == std::string::npos ? "" : value.substr(first, value.find_last_not_of(" \t") - first + 1);
  const auto parts = parts_of(value);
  const bool formed = parts.size() == 5 && parts[0] == "v1" && base64url_of(parts[1], 1, 32) &&
                      base64url_of(parts[2], 32, 32) && is_issued(parts[3]) && base64url_of(parts[4], 43, 43);
  return formed ? "bad-signature" : "malformed";
}

// A gateway with two sessions, and a kept connection to it.
struct Fixture {
  WireGateway gateway;
  std::string alice = gateway.log_in(R"({"user":"alice"})");
  std::string bob = gateway.log_in(R"({"user":"bob"})");
  Peer peer = gateway.unix_peer();

  Answer check(const std::vector<std::string>& headers) {
    Pairs more;
    for (const std::string& header : headers) more.emplace_back("HTTP_COOKIE", header);
    return peer.ask(request(1, asking("auth", "GET", more)));
  }

  void refused(const std::vector<std::string>& headers, const std::string& reason) {
    const Answer answer = check(headers);
    BOOST_TEST(answer.status == 401, visible(headers.empty() ? "" : headers[0].substr(0, 300)));
    BOOST_TEST(answer.header("X-Session-Reason") == reason,
               visible(headers.empty() ? "" : headers[0].substr(0, 300)));
    BOOST_TEST(answer.header("X-Auth-Request-User") == "");
    BOOST_TEST(answer.header("Set-Cookie") == "");
    BOOST_TEST(answer.body == "");
  }

  void refused_value(const std::string& value) { refused({"session=" + value}, reason_for(value)); }

  Answer passes(const std::vector<std::string>& headers, const std::string& user = "alice") {
    Answer answer = check(headers);
    BOOST_TEST(answer.status == 204);
    BOOST_TEST(answer.header("X-Auth-Request-User") == user);
    BOOST_TEST(answer.body == "");
    return answer;
  }

  ~Fixture() { passes({"session=" + alice}); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wire_cookies, Fixture)

BOOST_AUTO_TEST_CASE(a_cookie_has_the_documented_form) {
  const auto parts = parts_of(alice);
  BOOST_REQUIRE(parts.size() == 5U);
  BOOST_TEST(parts[0] == "v1");
  BOOST_TEST(parts[1] == "k1");
  BOOST_TEST(base64url_of(parts[2], 32, 32));
  BOOST_TEST(is_issued(parts[3]));
  BOOST_TEST(base64url_of(parts[4], 43, 43));
}

BOOST_AUTO_TEST_CASE(any_bit_that_is_flipped_is_noticed) {
  for (std::size_t at = 0; at < alice.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = alice;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      refused_value(changed);
    }
  }
}

BOOST_AUTO_TEST_CASE(any_truncation_and_any_addition_is_noticed) {
  for (std::size_t size = 0; size < alice.size(); ++size) {
    refused_value(alice.substr(0, size));
    refused_value(alice.substr(alice.size() - size));
  }
  for (const char* more : {"A", ".", "=", "==", ".A", "\"", "%00", "\x80"}) {
    refused_value(alice + more);
    refused_value(more + alice);
  }
  refused_value("\"" + alice + "\"");
  refused_value(alice + "," + alice);
}

BOOST_AUTO_TEST_CASE(parts_of_two_cookies_or_in_another_order_do_not_verify) {
  const auto one = parts_of(alice);
  const auto other = parts_of(bob);
  for (const std::size_t at : {2U, 4U}) {
    auto mixed = one;
    mixed[at] = other[at];
    refused_value(joined(mixed));
  }
  for (const char* key : {"k2", "K1", "k", "k11", "", "k.1", "-", "_"}) {
    auto mixed = one;
    mixed[1] = key;
    refused_value(joined(mixed));
  }
  for (const char* issued :
       {"0", "00", "-1", "+1", "1", "99999999999", "999999999999", "1e9", "0x10", " 1"}) {
    auto mixed = one;
    mixed[3] = issued;
    refused_value(joined(mixed));
  }
  std::array<std::size_t, 5> order = {0, 1, 2, 3, 4};
  while (std::next_permutation(order.begin(), order.end())) {
    std::vector<std::string> shuffled;
    for (const std::size_t at : order) shuffled.push_back(one[at]);
    refused_value(joined(shuffled));
  }
}

BOOST_AUTO_TEST_CASE(no_cookie_of_ours_is_no_cookie) {
  refused({}, "absent");
  for (const char* header :
       {"", ";", " ; ;", "=", "other=1", "Session=x", "session2=x", "xsession=x", "__Host-session=x"}) {
    refused({header}, "absent");
  }
  refused({"SESSION=" + alice}, "absent");
  refused({"other=\"session=" + alice + "\""}, "absent");
  refused({"session"}, "malformed");
  refused({"session="}, "malformed");
}

BOOST_AUTO_TEST_CASE(of_several_cookies_the_one_that_verifies_counts_and_two_that_live_are_refused) {
  const std::string good = "session=" + alice;
  passes({good + "; session=junk"});
  passes({"session=junk; " + good});
  passes({"session=junk", good});
  passes({good, good});
  passes({good + "; " + good + ";" + good});
  refused({good + "; session=" + bob}, "ambiguous");
  refused({good, "session=" + bob}, "ambiguous");
  refused({"session=" + bob, "a=b", good}, "ambiguous");
}

BOOST_AUTO_TEST_CASE(only_the_first_eight_of_our_name_are_looked_at) {
  std::string junk;
  for (int i = 0; i < 7; ++i) junk += "session=junk" + std::to_string(i) + "; ";
  passes({junk + "session=" + alice});
  refused({junk + "session=junk; session=" + alice}, "malformed");
}

BOOST_AUTO_TEST_CASE(the_strongest_reason_of_several_is_told) {
  std::string forged = alice;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  const std::string unsigned_one = "session=" + forged;
  refused({"session=junk; " + unsigned_one}, "bad-signature");
  refused({unsigned_one + "; session=junk"}, "bad-signature");
}

BOOST_AUTO_TEST_CASE(a_thousand_cookies_or_headers_are_read_in_their_stride) {
  std::string junk, others;
  std::vector<std::string> junk_headers, other_headers;
  for (int i = 0; i < 1000; ++i) {
    junk += "session=" + std::to_string(i) + "; ";
    others += "name" + std::to_string(i) + "=value; ";
    junk_headers.push_back("session=" + std::to_string(i));
    other_headers.push_back("name" + std::to_string(i) + "=value");
  }
  refused({junk}, "malformed");
  refused({junk + "session=" + alice}, "malformed");
  refused(junk_headers, "malformed");
  refused({others}, "absent");
  refused(other_headers, "absent");
  BOOST_TEST(passes({others + "session=" + alice}).header("X-Session-Cookie") ==
             others.substr(0, others.size() - 2));
  other_headers.push_back("session=" + alice);
  BOOST_TEST(passes(other_headers).header("X-Session-Cookie") == others.substr(0, others.size() - 2));
}

BOOST_AUTO_TEST_CASE(large_cookies_are_refused_or_passed_on_whole) {
  const std::string large(65536, 'c');
  refused({"session=" + large}, "malformed");
  refused({"session=" + alice + large}, "malformed");
  refused({"session=v1." + large + alice}, "malformed");
  refused({std::string(65536, ';')}, "absent");
  refused({std::string(65536, ' ')}, "absent");
  const Answer answer = passes({"other=" + large + "; session=" + alice});
  BOOST_TEST((answer.header("X-Session-Cookie") == "other=" + large));
}

BOOST_AUTO_TEST_CASE(what_is_passed_on_to_the_application_is_never_our_cookie) {
  const std::string good = "session=" + alice;
  for (const std::string& header : {good, "a=b; " + good, good + "; a=b", "a=b;" + good + ";c",
                                    good + ";" + good, " session = " + alice, "a=b; session=x; " + good}) {
    const Answer answer = passes({header});
    BOOST_TEST(answer.header("X-Session-Cookie").find(alice) == std::string::npos);
    BOOST_TEST(answer.header("X-Session-Cookie").find("session") == std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
