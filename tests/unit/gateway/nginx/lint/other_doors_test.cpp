// Other ways to protected files: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

const std::string kAccount = "location /account/ { include session-gateway-protect.conf; root /srv; }\n";

std::string serves(const std::string& place, const std::string& address, const std::string& line = "2") {
  return finding("site.conf:" + line + ": danger: " + place +
                     " serves files of the protected location /account/ (site.conf:1), "
                     "without a check: " +
                     address,
                 "files of location /account/ in a directory that no open place serves");
}

std::string two_servers(const std::string& other) {
  return of_file(
      "http { include session-gateway-upstream.conf; include session-gateway-http.conf;\n"
      "server { include session-gateway-server.conf; " +
      kAccount + "}\nserver {\n" + other + "\n} }");
}

bool is_told(const std::string& out, const std::string& text) { return out.find(text) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(other_doors)

BOOST_AUTO_TEST_CASE(an_open_alias_or_root_over_the_same_files_is_told) {
  BOOST_TEST(in_server(kAccount + "location /f/ { alias /srv/; }") == serves("location /f/", "/f/account/x"));
  BOOST_TEST(in_server(kAccount + "location /f/ { alias /srv/account/; }") == serves("location /f/", "/f/x"));
  BOOST_TEST(in_server(kAccount + "location /f { alias /srv/acc; }") == serves("location /f", "/fount/x"));
  BOOST_TEST(is_told(in_server(kAccount + "location /f/ { alias /srv/./x/../account/; }"),
                     "location /f/ serves files of the protected"));
  BOOST_TEST(in_server(kAccount + "location /f/ { alias /srv/other/; }") == "");
  BOOST_TEST(in_server(kAccount + "location /f/ { alias /srv/; deny all; }") == "");
  BOOST_TEST(in_server(kAccount + "location /f/ { alias /srv/; internal; }") == "");
}

BOOST_AUTO_TEST_CASE(the_same_root_is_fine_where_the_address_is_the_protected_one) {
  BOOST_TEST(in_server(kAccount + "location / { root /srv; }") == "");
  BOOST_TEST(in_server("root /srv;\n" + kAccount) == "");
  BOOST_TEST(
      in_server("root /srv;\nlocation / { include session-gateway-protect.conf; }\nlocation /css/ {}") == "");
}

BOOST_AUTO_TEST_CASE(files_that_are_refused_to_everybody_are_told_too) {
  const auto site = [](const std::string& status) {
    return in_server("location /account/ { include session-gateway-protect.conf; root /srv; return " +
                     status + "; }\nlocation /f/ { alias /srv/account/; }");
  };
  BOOST_TEST(site("403") == serves("location /f/", "/f/x"));
  BOOST_TEST(!is_told(site("301 https://other.test/"), "serves files"));
}

BOOST_AUTO_TEST_CASE(a_pattern_with_an_alias_is_told) {
  BOOST_TEST(is_told(in_server(kAccount + "location ~ ^/f/(.*)$ { alias /srv/$1; }"),
                     "location ~ ^/f/(.*)$ serves files of the protected location /account/"));
  BOOST_TEST(in_server(kAccount + "location ~ ^/f/(.*)$ { alias /srv/other/$1; }") == "");
}

BOOST_AUTO_TEST_CASE(another_server_over_the_same_files_is_told) {
  BOOST_TEST(is_told(two_servers("location / { root /srv; }"), "location / serves files of the protected"));
  BOOST_TEST(is_told(two_servers("root /srv;"), "this server serves files of the protected"));
  BOOST_TEST(is_told(two_servers("root /srv; location ~ \\.txt$ {}  location / { return 404; }"),
                     "location ~ \\.txt$ serves files of the protected"));
  BOOST_TEST(two_servers("root /srv; return 301 https://$host$request_uri;") == "");
  BOOST_TEST(two_servers("root /srv; location / { return 301 https://$host$request_uri; }") == "");
  BOOST_TEST(two_servers("root /srv; rewrite ^ https://$host$request_uri permanent;") == "");
  BOOST_TEST(two_servers("location / { root /srv; try_files /index.html =404; }") == "");
  BOOST_TEST(two_servers("location / { root /srv/www; }") == "");
  BOOST_TEST(two_servers("location /.well-known/ { root /srv; } location / { return 301 https://$host; }") ==
             "");
}

BOOST_AUTO_TEST_CASE(a_name_that_a_rewrite_makes_of_the_address_is_told) {
  const std::string one = "location = /account/a.txt { include session-gateway-protect.conf; root /srv; }\n";
  BOOST_TEST(is_told(in_server(one + "location /get { root /; rewrite ^/get/(.*)$ /srv/account/$1 break; }"),
                     "without a check: /get/a.txt"));
  BOOST_TEST(in_server(one + "location /get { root /; rewrite ^/get/(.*)$ /srv/open/$1 break; }") == "");
}

BOOST_AUTO_TEST_CASE(a_part_of_the_files_is_told) {
  for (const char* place :
       {"location /avatars/ { alias /srv/account/avatars/; }", "location /avatars/ { root /srv/account; }",
        "location /get/ { root /srv; rewrite ^/get/(.*)$ /account/$1 break; }",
        "location /get/ { root /srv; try_files $uri /account$uri =404; }",
        "location /get { root /srv; try_files /account/$arg_file =404; }"}) {
    const std::string out = in_server(kAccount + place);
    BOOST_TEST(is_told(out, " serves files of the protected location /account/ (site.conf:1), without"), out);
  }
  BOOST_TEST(in_server("location / { include session-gateway-protect.conf; root /srv; }\n"
                       "location /css/ { alias /srv/dist/css/; }") == "");
  BOOST_TEST(in_server("location / { include session-gateway-protect.conf; root /srv; }\n"
                       "location = /login { root /srv; try_files /login.html =404; }") == "");
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_kept_among_open_files_is_told) {
  const auto site = [](const std::string& store) {
    return protected_with("proxy_store " + store + ";") + "location /kept/ { root /srv; }";
  };
  BOOST_TEST(is_told(in_server(site("/srv/kept$uri")), "location /kept/ serves files of the protected"));
  BOOST_TEST(!is_told(in_server(site("/srv/other$uri")), "serves files of the protected"));
}

BOOST_AUTO_TEST_CASE(an_alias_with_a_slash_beside_a_name_without_leads_out_of_the_directory) {
  BOOST_TEST(
      in_server(kAccount + "location /img { alias /srv/img/; }") ==
      finding(
          "site.conf:2: danger: location /img ends without a slash and its alias with one, so that /img../ "
          "leads out of the directory, to the files of the protected location /account/: /img../account/x",
          "location /img/ {"));
  BOOST_TEST(
      in_server(kAccount + "location /img { alias /other/img/; }") ==
      finding("site.conf:2: advice: location /img ends without a slash and its alias with one, so that "
              "/img../ leads out of the directory",
              "location /img/ {"));
  BOOST_TEST(in_server(kAccount + "location /img/ { alias /srv/img/; }") == "");
  BOOST_TEST(in_server(kAccount + "location = /img { alias /srv/img/; }") == "");
}

BOOST_AUTO_TEST_CASE(slashes_that_are_not_merged_make_another_address) {
  const std::string open = "location / { root /srv; }\n";
  BOOST_TEST(
      in_server(kAccount + open + "merge_slashes off;") ==
      finding("site.conf:3: danger: with this, //account/x is no address of the protected location /account/ "
              "(site.conf:1): location / serves the same files, without a check",
              "merge_slashes on;"));
  BOOST_TEST(in_server(kAccount + open + "merge_slashes on;") == "");
  BOOST_TEST(
      in_server("location / { include session-gateway-protect.conf; root /srv; } merge_slashes off;") == "");
}

BOOST_AUTO_TEST_CASE(slashes_that_are_not_merged_hide_dots_from_nginx) {
  const auto site = [](const std::string& passes) {
    return in_server(protected_with("") + "location /open/ { include session-gateway-public.conf; " + passes +
                     " }\nmerge_slashes off;");
  };
  BOOST_TEST(
      site("proxy_pass http://app;") ==
      finding("site.conf:6: danger: with this, nginx takes /open/x//../../account/x to location /open/ "
              "(site.conf:5), and a program that merges slashes to what the protected location "
              "/account/ (site.conf:1) guards",
              "merge_slashes on;"));
  BOOST_TEST(site("proxy_pass http://app/open/;") == "");
  BOOST_TEST(site("proxy_pass http://127.0.0.1:4000;") == "");
}

BOOST_AUTO_TEST_SUITE_END()
