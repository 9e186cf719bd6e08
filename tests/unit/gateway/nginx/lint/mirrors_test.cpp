// What copies of requests hold: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

std::string copied(const std::string& lines) {
  return protected_with("mirror /copy;") + "location = /copy { internal; " + lines + " }";
}

std::string leaks(const std::string& what) {
  return "site.conf:5: danger: location = /copy: the mirror of location /account/ (site.conf:1) sends copies "
         "of requests here as the client wrote them, with " +
         what;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mirrors)

BOOST_AUTO_TEST_CASE(a_copy_holds_neither_the_cookie_nor_a_forged_identity) {
  const std::string pass = "proxy_pass http://127.0.0.1:4000;";
  const std::string include = "include session-gateway-public.conf;";
  BOOST_TEST(in_server(copied("proxy_set_header Cookie $session_public_cookie; " + pass)) ==
             finding(leaks("identity headers of the client's own making"), include));
  BOOST_TEST(
      in_server(copied(pass)) ==
      finding(
          "site.conf:5: danger: location = /copy: the session cookie reaches what is behind this location, "
          "and whoever has it has the session; the mirror of location /account/ (site.conf:1) sends copies "
          "of requests here as the client wrote them, with the session cookie and identity headers of the "
          "client's own making",
          include));
  BOOST_TEST(in_server(copied(include + pass)) == "");
  BOOST_TEST(in_server(copied("proxy_pass_request_headers off; proxy_set_header Cookie ''; " + pass)) == "");
  BOOST_TEST(in_server(copied("return 204;")) == "");
}

BOOST_AUTO_TEST_CASE(other_protocols_have_includes_of_their_own) {
  BOOST_TEST(in_server(copied("uwsgi_param HTTP_COOKIE ''; uwsgi_pass 127.0.0.1:4000;")) ==
             finding(leaks("identity headers of the client's own making"),
                     "include session-gateway-public.conf; include session-gateway-public-uwsgi.conf;"));
  BOOST_TEST(in_server(copied("grpc_set_header Cookie ''; grpc_pass grpc://127.0.0.1:4000;")) ==
             finding(leaks("identity headers of the client's own making"),
                     "include session-gateway-public.conf; include session-gateway-public-grpc.conf;"));
}

BOOST_AUTO_TEST_CASE(an_open_location_of_the_application_is_copied_the_same_way) {
  const std::string site =
      "location / { include session-gateway-public.conf; mirror /copy; proxy_pass http://app; }\n" +
      protected_with("mirror off;") +
      "location = /copy { internal; proxy_set_header Cookie ''; proxy_pass http://127.0.0.1:4000; }";
  BOOST_TEST(in_server(site).find("the mirror of location / (site.conf:1) sends copies") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(where_a_variable_mirror_leads_cannot_be_told) {
  BOOST_TEST(
      in_server(protected_with("mirror /copy$uri;")) ==
      finding("site.conf:2: advice: where this mirror of location /account/ leads can't be told: it "
              "sends the session cookie and the client's own identity headers, unless the location there "
              "takes them away",
              "an address without variables, and in its location: include "
              "session-gateway-public.conf;"));
}

BOOST_AUTO_TEST_SUITE_END()
