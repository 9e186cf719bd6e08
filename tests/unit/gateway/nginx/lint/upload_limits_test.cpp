// How large requests may be: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

std::string auth_with(const std::string& lines) {
  return "location = /auth { internal; fastcgi_pass session_gateway; fastcgi_keep_conn on; " + lines +
         " fastcgi_store /dev/null/session-gateway; fastcgi_pass_request_headers off; "
         "fastcgi_pass_request_body off; fastcgi_param CONTENT_LENGTH ''; fastcgi_param GATEWAY_ENDPOINT "
         "auth; "
         "fastcgi_param GATEWAY_REQUIRE login; fastcgi_param HTTP_COOKIE $http_cookie if_not_empty; "
         "fastcgi_buffer_size 48k; fastcgi_buffers 4 48k; }\n";
}

std::string files_with(const std::string& lines) {
  return "location /files/ { auth_request /auth; auth_request_set $c $upstream_http_set_cookie; add_header "
         "Set-Cookie $c always; root /srv;\n" +
         lines + "\n}\n";
}

std::string refused(const std::string& of_location, const std::string& of_check) {
  return finding("site.conf:3: advice: location /files/ takes bodies " + of_location +
                     ", and location = /auth (site.conf:1) of up to " + of_check +
                     ": the check of a larger one fails, which is a 500",
                 "in location = /auth: client_max_body_size 0;");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(upload_limits)

BOOST_AUTO_TEST_CASE(the_check_takes_what_the_location_takes) {
  const std::string large = "client_max_body_size 100m;";
  BOOST_TEST(in_server(auth_with("") + files_with(large)) == refused("of up to 100m", "1m"));
  BOOST_TEST(in_server(auth_with("client_max_body_size 2m;") + files_with("client_max_body_size 0;")) ==
             refused("of any size", "2m"));
  BOOST_TEST(in_server(auth_with("client_max_body_size 0;") + files_with(large)) == "");
  BOOST_TEST(in_server(auth_with("client_max_body_size 1G;") + files_with(large)) == "");
  // A limit of the server is the check's, too.
  BOOST_TEST(in_server(large + auth_with("") + files_with("")) == "");
  BOOST_TEST(in_server(auth_with("") + files_with("client_max_body_size 512k;")) == "");
}

BOOST_AUTO_TEST_CASE(a_commit_takes_what_the_application_takes) {
  const auto commit_with = [](const std::string& lines) {
    return "location = /commit { internal; fastcgi_pass session_gateway; fastcgi_keep_conn on; " + lines +
           " fastcgi_pass_request_body off; fastcgi_param CONTENT_LENGTH ''; fastcgi_param GATEWAY_ENDPOINT "
           "commit; fastcgi_param GATEWAY_COMMIT $session_commit_before; fastcgi_param SESSION_STATUS 200; "
           "fastcgi_param HTTP_HOST $host; }\n";
  };
  const std::string upload = protected_with("client_max_body_size 8m;");
  BOOST_TEST(
      in_server(commit_with("") + upload)
          .find(
              "site.conf:3: advice: location /account/ takes bodies of up to 8m, and location = /commit "
              "(site.conf:1) of up to 1m: where a larger one changes the session, the application has taken "
              "it, and the answer is a 413") != std::string::npos);
  BOOST_TEST(in_server(commit_with("client_max_body_size 0;") + upload).find("takes bodies") ==
             std::string::npos);
}

// The files of the project take what the locations take.
BOOST_AUTO_TEST_CASE(the_files_have_no_limit_of_their_own) {
  BOOST_TEST(in_server(protected_with("client_max_body_size 8m;")) == "");
}

BOOST_AUTO_TEST_SUITE_END()
