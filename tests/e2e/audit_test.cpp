// What the audit says of a site's life, with nginx before the gateway.

#include <algorithm>
#include <chrono>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"

namespace session::test {
namespace {

// The lines of the audit so far, from their kind on.
std::vector<std::string> audit_so_far(const Stack& stack) {
  std::istringstream log(stack.log("gateway"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(log, line);) {
    if (const auto at = line.find(" audit "); at == 24) lines.push_back(line.substr(at + 7));
  }
  return lines;
}

// The same, when there are so many.
std::vector<std::string> audit_of(const Stack& stack, std::size_t lines) {
  wait_until("lines of the audit", [&] { return audit_so_far(stack).size() >= lines; });
  return audit_so_far(stack);
}

// The value of a field that is one word; empty without it.
std::string field(const std::string& line, const std::string& name) {
  std::smatch found;
  return std::regex_search(line, found, std::regex(" " + name + "=(\\S+)")) ? found[1].str() : "";
}

void log_out(const Stack& stack, const std::string& cookie) {
  BOOST_TEST(stack.http().post("/session", R"({"destroy":true})", {cookie}).status == 200);
}

BOOST_AUTO_TEST_SUITE(audit)

BOOST_AUTO_TEST_CASE(a_session_s_life_is_told_with_its_user_client_and_request) {
  const Stack stack;
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  BOOST_TEST(stack.http().get("/account/", {cookie}).status == 200);
  log_out(stack, cookie);
  BOOST_TEST(stack.http().get("/with-id/", {cookie, "Accept: application/json"}).status == 401);
  const auto lines = audit_of(stack, 3);
  BOOST_TEST_REQUIRE(lines.size() == 3U);
  const std::string rest = " client=unix: request=[0-9a-f]{32} endpoint=";
  const std::vector<std::string> expected = {
      "created session=[A-Za-z0-9_-]{22} subject=alice" + rest + "session",
      "destroyed session=[A-Za-z0-9_-]{22} subject=alice" + rest + "session",
      "refused reason=unknown session=[A-Za-z0-9_-]{22}" + rest + "auth"};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    BOOST_TEST(std::regex_match(lines[i], std::regex(expected[i])), lines[i]);
    BOOST_TEST(field(lines[i], "session") == field(lines[0], "session"));
  }
}

BOOST_AUTO_TEST_CASE(a_session_has_the_same_name_after_a_restart) {
  Stack stack;
  const std::string cookie = stack.log_in(R"({"user":"alice"})");
  BOOST_TEST(stack.stop_gateway() == 0);
  stack.start_gateway();
  BOOST_TEST(stack.http().get("/account/", {cookie, "Accept: application/json"}).status == 401);
  const auto lines = audit_of(stack, 2);
  BOOST_TEST_REQUIRE(lines.size() == 2U);
  BOOST_TEST(lines[1].starts_with("refused reason=unknown "));
  BOOST_TEST(field(lines[1], "session") == field(lines[0], "session"));
}

BOOST_AUTO_TEST_CASE(a_flood_of_forged_cookies_is_a_few_lines) {
  const Stack stack;
  std::string forged = stack.log_in(R"({"user":"alice"})");
  forged.back() = forged.back() == 'A' ? 'E' : 'A';
  Client client = stack.http();
  const auto start = std::chrono::steady_clock::now();
  constexpr int kRequests = 500;
  for (int i = 0; i < kRequests; ++i)
    BOOST_TEST(client.get("/account/", {forged, "Accept: application/json"}).status == 401);
  const auto lasted = std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - start);
  const auto lines = audit_of(stack, 2);
  const auto refused = std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
    return line.starts_with("refused reason=bad-signature client=");
  });
  BOOST_TEST(refused >= 1);
  BOOST_TEST(refused <= 1 + lasted.count());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
