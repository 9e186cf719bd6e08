// Addresses of clients that are believed: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

std::string told(const std::string& line, const std::string& location) {
  return finding(
      "site.conf:" + line +
          ": danger: everybody may say which address a request comes from, so that the allow lines "
          "of location " +
          location + " let everybody in",
      "set_real_ip_from with the addresses of your own proxies only");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_address)

BOOST_AUTO_TEST_CASE(an_allow_list_is_nothing_where_everybody_says_addresses) {
  const std::string monitoring = protected_with("") + "include session-gateway-health.conf;\n";
  const std::string health =
      "~ ^/_session/(?<session_probe>health|ready|metrics)$ (session-gateway-health.conf:";
  for (const char* network : {"0.0.0.0/0", "::/0", "0.0.0.0/1", "2000::/3"}) {
    const std::string out = in_server(monitoring + "set_real_ip_from " + network + ";");
    BOOST_TEST(out.starts_with("site.conf:6: danger: everybody may say which address a request comes from"),
               out);
    BOOST_TEST(out.find(health) != std::string::npos, out);
  }
  for (const char* network : {"10.0.0.0/8", "127.0.0.1", "173.245.48.0/20", "2400:cb00::/32", "unix:"})
    BOOST_TEST(in_server(monitoring + "set_real_ip_from " + network + ";") == "");
  const std::string staff = protected_with("allow 10.0.0.0/8; deny all;");
  BOOST_TEST(in_server("set_real_ip_from 0.0.0.0/0;\n" + staff) == told("1", "/account/ (site.conf:2)"));
  BOOST_TEST(in_server("set_real_ip_from 0.0.0.0/0;\n" + protected_with("")) == "");
}

BOOST_AUTO_TEST_CASE(it_is_nothing_in_any_place_beside_protected_ones) {
  const std::string everybody = "set_real_ip_from 0.0.0.0/0;\n";
  const std::string allowed = " { allow 10.0.0.0/8; deny all; ";
  const std::string other =
      "location /intern/" + allowed + "proxy_set_header Cookie ''; proxy_pass http://127.0.0.1:4000; }\n";
  const std::string files = "location /intern/" + allowed + "root /srv/intern; }\n";
  BOOST_TEST(in_server(everybody + other + protected_with("")) == told("1", "/intern/ (site.conf:2)"));
  BOOST_TEST(in_server(everybody + files + protected_with("")) == told("1", "/intern/ (site.conf:2)"));
  BOOST_TEST(in_server("set_real_ip_from 10.0.0.2;\n" + files + protected_with("")) == "");
}

BOOST_AUTO_TEST_SUITE_END()
