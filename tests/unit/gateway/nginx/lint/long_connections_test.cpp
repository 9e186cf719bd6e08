// Connections that last: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

bool outlives(const std::string& lines) {
  const std::string said = in_server(lines);
  BOOST_TEST((said.empty() || said.find("so it outlives a logout") != std::string::npos), said);
  return !said.empty();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(long_connections)

BOOST_AUTO_TEST_CASE(a_websocket_has_a_bound_that_the_site_has_chosen) {
  const std::string upgrade =
      "proxy_http_version 1.1; proxy_set_header Upgrade $session_upgrade; proxy_set_header Connection "
      "$session_connection;";
  BOOST_TEST(
      in_server(protected_with(upgrade)) ==
      finding("site.conf:1: advice: location /account/: a connection that is upgraded here is checked "
              "when it begins and never again, so it outlives a logout. What ends it is the application, "
              "or proxy_read_timeout, after so long without a byte from the application (60s unless you "
              "say so)",
              "proxy_read_timeout 60s; or as long as you want; and let the application end connections "
              "at a logout"));
  BOOST_TEST(!outlives(protected_with(upgrade + "proxy_read_timeout 10m;")));
  BOOST_TEST(!outlives("proxy_read_timeout 10m;" + protected_with(upgrade)));
  BOOST_TEST(!outlives(protected_with("proxy_set_header Upgrade '';")));
  BOOST_TEST(!outlives("location / { include session-gateway-public.conf; " + upgrade +
                       " proxy_pass http://app; }\n" + protected_with("")));
}

BOOST_AUTO_TEST_CASE(the_file_that_passes_upgrade_on_everywhere_counts_where_a_websocket_is_likely) {
  const auto at = [](const std::string& path, const std::string& lines) {
    return "location " + path +
           " { include session-gateway-protect.conf; include session-gateway-proxy.conf; " + lines +
           " proxy_pass http://app; }";
  };
  for (const auto* path : {"/ws", "/socket.io/", "= /live/WebSocket", "^~ /cable"})
    BOOST_TEST(outlives(at(path, "")), path);
  BOOST_TEST(!outlives(at("/ws", "proxy_read_timeout 1h;")));
  for (const auto* path : {"/", "/account/", "/news", "/events/", "/wsdl/", "~ ^/ws"})
    BOOST_TEST(!outlives(at(path, "")), path);
}

BOOST_AUTO_TEST_CASE(a_stream_of_events_has_one_too) {
  const auto at = [](const std::string& path, const std::string& lines) {
    return "location " + path + " { include session-gateway-protect.conf; proxy_pass http://app; " + lines +
           " }";
  };
  BOOST_TEST(outlives(at("/a", "proxy_buffering off; proxy_set_header Connection '';")));
  BOOST_TEST(outlives(at("/api/events", "proxy_buffering off;")));
  BOOST_TEST(outlives(at("= /SSE", "proxy_buffering off;")));
  BOOST_TEST(!outlives(at("/api/events", "proxy_buffering off; proxy_read_timeout 1h;")));
  BOOST_TEST(!outlives(at("/download/", "proxy_buffering off;")));
  BOOST_TEST(!outlives(at("/api/events", "")));
}

BOOST_AUTO_TEST_SUITE_END()
