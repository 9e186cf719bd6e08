#include "gateway/endpoints/login_redirect.h"

#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::gateway {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

bool page(const std::string& method, const Fields& fields) {
  Request request;
  request.method = method;
  for (const auto& [name, value] : fields) request.headers.add(name, value);
  return wants_page(request);
}

std::string location(const std::string& login_page, const Fields& headers) {
  Response response{401, {}, {}};
  for (const auto& [name, value] : headers) response.headers.add(name, value);
  lead_to_login(response, login_page);
  BOOST_TEST(response.status == 303);
  return std::string(response.headers.get("Location"));
}

BOOST_AUTO_TEST_SUITE(login_redirect)

BOOST_AUTO_TEST_CASE(a_browser_that_navigates_wants_a_page) {
  for (const std::string method : {"GET", "HEAD"}) {
    BOOST_TEST(page(method, {{"Sec-Fetch-Mode", "navigate"}}));
    BOOST_TEST(page(method, {{"Sec-Fetch-Mode", "Navigate"}, {"Accept", "application/json"}}));
    BOOST_TEST(page(method, {{"Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}}));
    BOOST_TEST(page(method, {{"Accept", "*/*"}}));
    BOOST_TEST(page(method, {}));
  }
}

BOOST_AUTO_TEST_CASE(what_a_program_asks_for_is_no_page) {
  for (const std::string mode : {"cors", "no-cors", "same-origin", "websocket", "x"})
    BOOST_TEST(!page("GET", {{"Sec-Fetch-Mode", mode}, {"Accept", "text/html"}}), mode);
  BOOST_TEST(!page("GET", {{"X-Requested-With", "XMLHttpRequest"}, {"Accept", "text/html"}}));
  BOOST_TEST(!page("GET", {{"Upgrade", "WebSocket"}}));
  BOOST_TEST(!page("GET", {{"Content-Type", "application/grpc+proto"}}));
  for (const std::string accept :
       {"application/json", "image/png", "text/event-stream", "application/json, */*"})
    BOOST_TEST(!page("GET", {{"Accept", accept}}), accept);
  for (const std::string method : {"POST", "PUT", "DELETE", "OPTIONS", "get"})
    BOOST_TEST(!page(method, {{"Sec-Fetch-Mode", "navigate"}}), method);
}

BOOST_AUTO_TEST_CASE(the_method_is_the_clients_where_the_front_says_it) {
  BOOST_TEST(!page("GET", {{"X-Forwarded-Method", "POST"}, {"Accept", "text/html"}}));
  BOOST_TEST(page("POST", {{"X-Forwarded-Method", "GET"}, {"Accept", "text/html"}}));
}

BOOST_AUTO_TEST_CASE(a_login_page_is_told_when_it_has_to_ask_again) {
  const std::pair<std::string, std::string> stale = {"X-Session-Reason", "stale"};
  BOOST_TEST(location("/login", {{"X-Session-Return", "%2Fa"}, stale}) == "/login?to=%2Fa&reason=stale");
  BOOST_TEST(location("/login?x=1", {{"X-Session-Return", "%2Fa"}, stale}) ==
             "/login?x=1&to=%2Fa&reason=stale");
  BOOST_TEST(location("/login", {stale}) == "/login?reason=stale");
  BOOST_TEST(location("/login", {{"X-Session-Reason", "absent"}}) == "/login");
}

BOOST_AUTO_TEST_CASE(the_way_back_is_added_to_the_address_of_the_login_page) {
  const Fields both = {{"X-Session-Return", "%2Fa"}, {"X-Session-Return-URL", "https%3A%2F%2Fb%2Fa"}};
  BOOST_TEST(location("/login", both) == "/login?to=%2Fa");
  BOOST_TEST(location("/login?x=1", both) == "/login?x=1&to=%2Fa");
  BOOST_TEST(location("https://login.test/", both) == "https://login.test/?to=https%3A%2F%2Fb%2Fa");
  BOOST_TEST(location("https://login.test/", {{"X-Session-Return", "%2Fa"}}) == "https://login.test/");
  BOOST_TEST(location("/login", {}) == "/login");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::gateway
