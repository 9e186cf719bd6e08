#include "tests/support/e2e/log_secrets.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/process.h"
#include "tests/support/e2e/support.h"

namespace session::test {
namespace {

using Strings = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(log_secrets)

BOOST_AUTO_TEST_CASE(what_was_noted_is_found_wherever_it_stands) {
  keep_out_of_logs("a password");
  for (const std::string log : {"a password", "x a password y", "\n\na password"})
    BOOST_TEST((secrets_in(log) == Strings{"a password"}));
  for (const std::string log : {"", "a passwor", "a  password", "A password"})
    BOOST_TEST(secrets_in(log).empty());
}

BOOST_AUTO_TEST_CASE(of_a_cookie_its_id_and_its_signature_are_noted_too) {
  const std::string id(32, 'i');
  const std::string mac(43, 'm');
  keep_cookies_out_of_logs("theme=dark; session=v1.k1." + id + ".1700000000." + mac);
  BOOST_TEST((secrets_in("the id " + id) == Strings{id}));
  BOOST_TEST((secrets_in("the mac " + mac) == Strings{mac}));
  BOOST_TEST(secrets_in("theme=dark v1.k1 1700000000").empty());
  keep_cookies_out_of_logs("connect.sid=s%3AaaaaaaaaaaaaaaaaaaaB.2pWpIeKBIWj5sr1%2Bxfd1HSAbdfCDtQ");
  BOOST_TEST((secrets_in("sess:aaaaaaaaaaaaaaaaaaaB") == Strings{"aaaaaaaaaaaaaaaaaaaB"}));
  BOOST_TEST((secrets_in("2pWpIeKBIWj5sr1+xfd1HSAbdfCDtQ") == Strings{"2pWpIeKBIWj5sr1+xfd1HSAbdfCDtQ"}));
}

BOOST_AUTO_TEST_CASE(the_cookies_in_a_request_s_bytes_are_noted) {
  const std::string id = std::string(31, 'x') + "_";
  keep_native_cookies_out_of_logs("HTTP_COOKIEsession=v1.k1." + id + ".1700000000." + std::string(43, 'y') +
                                  "\x0b");
  BOOST_TEST((secrets_in(id) == Strings{id}));
}

BOOST_AUTO_TEST_CASE(a_configuration_s_secrets_are_those_in_place_and_those_in_files) {
  const TempDir dir;
  write_file(dir / "k2.key", "the secret in a file\n");
  write_file(
      dir / "gateway.yaml",
      "salt: { value: \"a salt in quotes\" }\n"
      "keys:\n  - id: k1\n    value: unquoted-secret\n  - { id: k2, file: k2.key }\n"
      "store: { redis: { password: { value: 'a password of redis' }, tls: { ca_file: /etc/ca.pem } } }\n");
  const Strings expected = {"a salt in quotes", "unquoted-secret", "the secret in a file",
                            "a password of redis"};
  BOOST_TEST(secrets_of_configuration(dir / "gateway.yaml") == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(clients_note_the_cookies_that_they_get_and_send_and_a_gateway_logs_none) {
  Stack stack;
  const std::string line = stack.log_in(R"({"user":"alice"})");
  const std::string value = line.substr(line.find('=') + 1);
  BOOST_TEST(stack.http().get("/account/", {line}).status == 200);
  (void)stack.http().get("/public", {"Cookie: session=a-cookie-that-was-only-sent"});
  const Strings found = secrets_in("log: " + value);
  BOOST_TEST(found.size() == 2U);  // its id and its signature
  BOOST_TEST(secrets_in("a-cookie-that-was-only-sent").size() == 1U);
  stack.wait_for_gateway_log(" debug request ");
  stack.wait_for_gateway_log(" audit created session=");
  BOOST_TEST(secrets_in(stack.log("gateway")).empty());
}

BOOST_AUTO_TEST_CASE(files_of_the_audit_are_those_that_the_configuration_names_and_that_logrotate_renamed) {
  const TempDir dir;
  for (const char* name : {"audit.log", "audit.log.1", "audit.log.2.old", "other.log"})
    write_file(dir / name, "");
  const std::string file = dir / "audit.log";
  const Strings expected = {file, file + ".1", file + ".2.old"};
  for (const std::string& yaml : {"log: { level: debug, audit: " + file + " }\n",
                                  "log:\n  audit: '" + file + "'\n", "log: { audit: \"" + file + "\"}\n"}) {
    write_file(dir / "gateway.yaml", yaml);
    BOOST_TEST(audit_files_of_configuration(dir / "gateway.yaml") == expected,
               boost::test_tools::per_element());
  }
  for (const char* yaml : {"log: { audit: stderr }\n", "log: { audit: off }\n", "workers: 2\n",
                           "log: { audit: /no/such/directory/audit.log }\n"}) {
    write_file(dir / "gateway.yaml", yaml);
    BOOST_TEST(audit_files_of_configuration(dir / "gateway.yaml").empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
