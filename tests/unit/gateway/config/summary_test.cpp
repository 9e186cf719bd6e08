#include "gateway/config/summary.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/loading.h"

using namespace session::gateway;

BOOST_AUTO_TEST_CASE(the_defaults_in_a_line) {
  BOOST_TEST(summary(Settings{}) ==
             "dialect native, accept none, keys none, cookie __Host-session, idle_timeout 30m, "
             "absolute_timeout 12h, "
             "flush wait, store memory, rules none");
}

BOOST_AUTO_TEST_CASE(a_file_of_sessions_is_named_beside_the_memory) {
  Settings settings;
  settings.memory_file.path = "/run/gw/sessions.db";
  BOOST_TEST(summary(settings).find(", store memory and file, ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_secret_is_not_in_it) {
  const Settings read = settings(
      "salt: { value: a secret salt }\n"
      "keys: [{ id: k2, value: a secret key of at least 32 bytes }, { id: k1, value: another secret key of "
      "at least 32 bytes }]\n"
      "store: { type: redis, redis: { url: 'redis://10.0.0.1', user: gateway, password: { value: secret } } "
      "}\n"
      "accept: [express]\n"
      "express: { secrets: [{ value: a secret of express }] }\n"
      "rules: { admin: { /groups: { contains: admin } } }\n"
      "session: { flush: behind }\n");
  const std::string line = summary(read);
  BOOST_TEST(
      line ==
      "dialect native, accept express, keys k2,k1, cookie __Host-session, idle_timeout 30m, absolute_timeout "
      "12h, flush behind, store redis, rules admin");
}
