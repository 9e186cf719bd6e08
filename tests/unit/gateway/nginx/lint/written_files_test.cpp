// Files that clients write into protected directories: each bad example beside its mended one.

#include "tests/support/linting.h"

using namespace session::gateway;

namespace {

const std::string kProtect = "include session-gateway-protect.conf; ";
const std::string kAdmin = "set $session_require admin; " + kProtect;

// The protected files of administrators on line 1, and a location from line 2 on.
std::string drop(const std::string& lines) {
  return in_server("location /admin/ { " + kAdmin + "root /srv; }\nlocation /drop/ { " + lines + " }\n");
}

std::string writes(const std::string& how, const std::string& without, const std::string& write) {
  return finding("site.conf:2: danger: location /drop/ lets clients " + how +
                     " the files of the protected location /admin/ (site.conf:1), " + without,
                 "in location /drop/: " + write + "; or a directory of its own");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lint_written_files)

BOOST_AUTO_TEST_CASE(a_copy_goes_wherever_its_destination_says_below_the_root) {
  const std::string everybody = "without a check";
  const std::string include = "include session-gateway-protect.conf;";
  BOOST_TEST(drop("root /srv; dav_methods PUT COPY;") ==
             writes("write with COPY (Destination) over", everybody, include));
  BOOST_TEST(drop("root /srv/; dav_methods PUT MOVE;") ==
             writes("write with MOVE (Destination) over", everybody, include));
  BOOST_TEST(drop("root /srv; dav_methods PUT DELETE;") == "");
  BOOST_TEST(drop("root /srv; dav_methods off;") == "");
  BOOST_TEST(drop("root /srv/letters; dav_methods PUT COPY;") == "");
  BOOST_TEST(drop("alias /srv/letters/; dav_methods PUT COPY;") == "");
}

BOOST_AUTO_TEST_CASE(a_check_that_asks_for_less_lets_write_too) {
  BOOST_TEST(drop(kProtect + "root /srv; dav_methods COPY;") == writes("write with COPY (Destination) over",
                                                                       "without asking for admin",
                                                                       "set $session_require admin;"));
  BOOST_TEST(drop(kAdmin + "root /srv; dav_methods COPY;") == "");
}

BOOST_AUTO_TEST_CASE(methods_that_limit_except_refuses_write_nothing) {
  const std::string lines = "root /srv; dav_methods PUT COPY; ";
  BOOST_TEST(drop(lines + "limit_except GET PUT { deny all; }") == "");
  BOOST_TEST(drop(lines + "limit_except GET COPY { deny all; }") != "");
  BOOST_TEST(drop(lines + "limit_except GET { allow all; }") != "");
}

BOOST_AUTO_TEST_CASE(bodies_of_strangers_among_protected_files_are_told) {
  const std::string kept = "client_body_in_file_only on; client_body_temp_path /srv/admin/in; ";
  BOOST_TEST(drop("root /srv/x; " + kept) == writes("leave the bodies of their requests among",
                                                    "without a check",
                                                    "include session-gateway-protect.conf;"));
  BOOST_TEST(drop(kAdmin + "root /srv/x; " + kept) == "");
  BOOST_TEST(drop("root /srv/x; client_body_in_file_only clean; client_body_temp_path /srv/admin/in;") == "");
}

BOOST_AUTO_TEST_CASE(bodies_of_requests_to_a_protected_place_are_files_of_it) {
  const auto site = [](const std::string& lines) {
    return in_server(protected_with("client_body_in_file_only on; client_body_temp_path /srv/bodies;") +
                     lines);
  };
  BOOST_TEST(
      site("location /bodies/ { root /srv; }") ==
      finding("site.conf:5: danger: location /bodies/ serves files of the protected location /account/ "
              "(site.conf:1), without a check: /bodies/0000000001",
              "files of location /account/ in a directory that no open place serves"));
  BOOST_TEST(site("location /bodies/ { root /other; }") == "");
}

BOOST_AUTO_TEST_SUITE_END()
