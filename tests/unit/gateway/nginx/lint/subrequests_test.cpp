// Requests that nginx makes by itself, without a check: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

const std::string kProtect = protected_with("");

std::string open(const std::string& lines) {
  return kProtect + "location /open/ { include session-gateway-public.conf;\n" + lines + "\n}\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(subrequests)

BOOST_AUTO_TEST_CASE(ssi_in_an_open_place_includes_protected_pages) {
  BOOST_TEST(in_server(open("ssi on; return 200 \"hello $arg_name\";")) ==
             finding("site.conf:6: danger: ssi: pages of location /open/ can include protected ones, for "
                     "everybody: nginx runs no check for a part of a page",
                     "in location /open/: ssi off;"));
  BOOST_TEST(in_server(open("ssi on; return 200 hello;")) == "");
  BOOST_TEST(in_server(open("ssi on; root /srv; dav_methods PUT;")).find("danger: ssi") != std::string::npos);
  BOOST_TEST(in_server(open("ssi off; proxy_pass http://app;")) == "");
}

BOOST_AUTO_TEST_CASE(what_is_asked_from_an_open_place_is_not_checked) {
  for (const std::string name : {"mirror", "fancyindex_header"}) {
    BOOST_TEST(in_server(open(name + " /account/news; proxy_pass http://app;")) ==
               finding("site.conf:6: danger: " + name +
                           " in location /open/, which has no check, asks /account/news of the protected "
                           "location /account/ (site.conf:1): no check is made for a subrequest",
                       "an address without a check; or in location /open/: include "
                       "session-gateway-protect.conf;"));
    BOOST_TEST(in_server(open(name + " /open/news; proxy_pass http://app;")) == "");
  }
  BOOST_TEST(in_server(open("mirror off; proxy_pass http://app;")) == "");
  for (const char* line : {"echo_location /account/x;", "echo_subrequest GET /account/x;"})
    BOOST_TEST(in_server(open(line)).find("danger: echo_") != std::string::npos, line);
  BOOST_TEST(in_server(open("echo_location $arg_page;")).find("danger: echo_location") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(programs_in_nginx_can_ask_anything) {
  BOOST_TEST(
      in_server(open("js_content site.hello;")) ==
      finding("site.conf:6: advice: js_content in location /open/, which has no check: no check is made "
              "for its subrequests, and what it asks can't be told",
              "no subrequests to protected addresses; or in location /open/: include "
              "session-gateway-protect.conf;"));
}

BOOST_AUTO_TEST_SUITE_END()
