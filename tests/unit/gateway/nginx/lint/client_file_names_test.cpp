// Names of files that the client says: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

const std::string kAccount = "location /account/ { include session-gateway-protect.conf; root /srv; }\n";

bool is_told(const std::string& out, const std::string& text) { return out.find(text) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(client_file_names)

BOOST_AUTO_TEST_CASE(a_file_name_that_the_client_says_is_told) {
  BOOST_TEST(in_server(kAccount + "location /get { alias /srv/$arg_name; }") ==
             finding("site.conf:2: danger: the client says what location /get serves ($arg_name), also the "
                     "files of the protected location /account/ (site.conf:1)",
                     "alias with a directory that no variable changes"));
  BOOST_TEST(in_server(kAccount + "location /get/ { root /srv/$host; }") == "");
}

BOOST_AUTO_TEST_CASE(names_of_files_that_the_client_says_are_told) {
  const std::string text =
      "the client says what location /get serves ($arg_file), also the files of the protected";
  for (const char* lines :
       {"root /srv; try_files /$arg_file =404;", "root /other; try_files /a/$arg_file =404;",
        "root /other; try_files /$arg_file.html =404;", "alias /other/$arg_file;", "root /other/$arg_file;",
        "root /srv; rewrite ^ /$arg_file break;", "root /srv; rewrite ^ /open/$arg_file last;",
        "root /srv; if ($arg_file) { rewrite ^ /$arg_file break; }"}) {
    const std::string out =
        in_server(kAccount + "location /open/ { root /srv; }\nlocation /get { " + lines + " }");
    BOOST_TEST(is_told(out, text), lines << out);
  }
  BOOST_TEST(
      is_told(in_server(kAccount + "location /get { root /other; set $f $arg_file; try_files /$f =404; }"),
              "the client says what location /get serves"));
  BOOST_TEST(is_told(in_server(kAccount + "location /get { root /other; try_files /part$arg_file =404; }"),
                     "advice: the client says what location /get serves ($arg_file), perhaps also"));
  for (const char* lines :
       {"root /srv; rewrite ^ /account/$arg_file last;", "root /srv; try_files /index.$arg_file.html =404;",
        "root /srv; try_files /open/x /account/$arg_file;", "root /srv; rewrite ^ /$arg_file redirect;",
        "root /srv/get; try_files $uri$is_args$args $uri =404;", "root /sites/$host;"}) {
    const std::string out =
        in_server(kAccount + "location /open/ { root /srv; }\nlocation /get { " + lines + " }");
    BOOST_TEST(out == "", lines << out);
  }
}

BOOST_AUTO_TEST_SUITE_END()
