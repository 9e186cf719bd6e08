#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/endpoints/endpoint.h"
#include "tests/support/endpoint_fixture.h"

namespace session::test {
namespace {

using gateway::Response;

BOOST_FIXTURE_TEST_SUITE(probes, EndpointFixture)

BOOST_AUTO_TEST_CASE(health_asks_nothing_of_the_store) {
  store.fail_all();
  const Response response = answer(gateway::health_endpoint, Asked("GET"));
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.headers.lines() == "Content-Type: application/json\r\nCache-Control: no-store\r\n");
  BOOST_TEST(response.body == "{\"status\":\"ok\"}\n");
  BOOST_TEST(store.count() == 0);
}

BOOST_AUTO_TEST_CASE(ready_writes_and_leaves_nothing_behind) {
  const Response response = answer(gateway::ready_endpoint, Asked("GET"));
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.body == "{\"status\":\"ready\"}\n");
  BOOST_TEST(store.count(ScriptedStore::create_call) == 1);
  BOOST_TEST(memory.stats().entries == 0U);
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_at_any_step_is_not_ready) {
  for (const auto call :
       {ScriptedStore::create_call, ScriptedStore::load_call, ScriptedStore::erase_if_call}) {
    store.fail(call);
    const Response response = answer(gateway::ready_endpoint, Asked("GET"));
    BOOST_TEST(response.status == 503);
    BOOST_TEST(response.headers.get("X-Session-Reason") == "store-unavailable");
    BOOST_TEST(response.headers.get("Retry-After") == "5");
    BOOST_TEST(response.body.find("broke") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_store_that_forgets_what_it_took_is_not_ready) {
  store.before(ScriptedStore::erase_if_call, [&] { clock.advance(seconds(11)); });
  BOOST_TEST(answer(gateway::ready_endpoint, Asked("GET")).status == 503);
}

BOOST_AUTO_TEST_CASE(a_store_in_trouble_is_ready_and_says_why_or_is_not_ready_as_the_operator_has_decided) {
  std::string_view trouble = "Sessions are in memory only.";
  services.store_trouble.now = [&] { return trouble; };
  store.fail_all();
  const Response degraded = answer(gateway::ready_endpoint, Asked("GET"));
  BOOST_TEST(degraded.status == 200);
  BOOST_TEST(degraded.body == "{\"degraded\":\"Sessions are in memory only.\",\"status\":\"ready\"}\n");
  services.store_trouble.then = gateway::OnDiskError::refuse;
  const Response refused = answer(gateway::ready_endpoint, Asked("GET"));
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(refused.headers.get("X-Session-Reason") == "store-unavailable");
  BOOST_TEST(refused.headers.get("Retry-After") == "5");
  BOOST_TEST(refused.body.find("Sessions are in memory only.") != std::string::npos);
  BOOST_TEST(store.count() == 0);
  trouble = {};
  BOOST_TEST(answer(gateway::ready_endpoint, Asked("GET")).status == 503);
  BOOST_TEST(store.count() > 0);
}

BOOST_AUTO_TEST_CASE(probes_that_come_at_once_do_not_disturb_each_other) {
  store.before(ScriptedStore::erase_if_call,
               [&] { BOOST_TEST(answer(gateway::ready_endpoint, Asked("GET")).status == 200); });
  BOOST_TEST(answer(gateway::ready_endpoint, Asked("GET")).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
