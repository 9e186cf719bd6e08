// Fails, and is to fail (tests/claims.cmake): a gateway that lets a secret into its log fails the test that
// ran it.

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/process.h"

namespace session::test {

BOOST_AUTO_TEST_SUITE(planted_secret)

BOOST_AUTO_TEST_CASE(a_gateway_that_logs_a_key_fails_the_test_that_ran_it) {
  const TempDir dir;
  write_file(dir / "gateway.yaml", "keys: [{ id: k1, value: 'a key that was planted in a log' }]\n");
  Process gateway({"sh", "-c", "echo signing with a key that was planted in a log", "serve", "--config",
                   dir / "gateway.yaml"},
                  dir / "gateway.log");
  gateway.wait();
}

BOOST_AUTO_TEST_CASE(a_gateway_with_a_key_in_a_file_of_its_audit_fails_the_test_that_ran_it) {
  const TempDir dir;
  write_file(dir / "gateway.yaml",
             "keys: [{ id: k2, value: 'a key that was planted in an audit' }]\nlog: { audit: '" +
                 (dir / "audit.log") + "' }\n");
  Process gateway({"sh", "-c", "echo a key that was planted in an audit >\"$1\"", "sh", dir / "audit.log",
                   "serve", "--config", dir / "gateway.yaml"},
                  dir / "gateway.log");
  gateway.wait();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
