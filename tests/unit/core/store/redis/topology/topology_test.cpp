// What links to servers and to sentinels are made with.

#include "core/store/redis/topology/topology.h"

#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

RedisStoreOptions every_option() {
  RedisStoreOptions options;
  options.database = 3;
  options.user = "gateway";
  options.password = [] { return Secret("of the server"); };
  options.sentinel_user = "watcher";
  options.sentinel_password = [] { return Secret("of the sentinel"); };
  options.connect_deadline = milliseconds(123);
  options.max_value_bytes = 1000;
  options.client_name = "name";
  options.on_event = [](const RedisEvent&) {};
  return options;
}

// Of make_tls_context's exception.
std::string why_not(const RedisTls& tls) {
  try {
    (void)make_tls_context(tls);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_servers)

BOOST_AUTO_TEST_CASE(a_server_is_greeted_as_the_options_say) {
  const RedisConnectionOptions setup = RedisSetup(every_option()).to_server();
  BOOST_TEST(setup.handshake.user == "gateway");
  BOOST_TEST(setup.handshake.password().reveal() == "of the server");
  BOOST_TEST(setup.handshake.database == 3u);
  BOOST_TEST(setup.handshake.client_name == "name");
  BOOST_TEST((setup.handshake.role == Handshake::Role::any));
  BOOST_TEST(setup.connect_deadline.count() == 123);
  BOOST_TEST((setup.silence == every_option().deadline));
  BOOST_TEST(!setup.tls);
  BOOST_TEST(!!setup.on_event);
}

BOOST_AUTO_TEST_CASE(a_sentinel_never_gets_the_servers_user_password_or_database) {
  const RedisConnectionOptions setup = RedisSetup(every_option()).to_sentinel();
  BOOST_TEST(setup.handshake.user == "watcher");
  BOOST_TEST(setup.handshake.password().reveal() == "of the sentinel");
  BOOST_TEST(setup.handshake.database == 0u);
  BOOST_TEST(setup.silence.count() == 0);
  BOOST_TEST(!setup.on_event);
  RedisStoreOptions without = every_option();
  without.sentinel_user = "";
  without.sentinel_password = nullptr;
  const RedisConnectionOptions open = RedisSetup(without).to_sentinel();
  BOOST_TEST(open.handshake.command().wire == "*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$4\r\nname\r\n");
}

BOOST_AUTO_TEST_CASE(a_reply_has_room_for_the_largest_value) {
  BOOST_TEST(RedisSetup(every_option()).to_server().max_bytes >= 1000u);
}

BOOST_AUTO_TEST_CASE(a_tls_file_that_can_not_be_used_is_named) {
  BOOST_TEST(why_not({.ca_file = "/no/ca.pem"}).starts_with("can't use /no/ca.pem: "));
  BOOST_TEST(
      why_not({.certificate = "/no/own.pem", .key = "/no/own.key"}).starts_with("can't use /no/own.pem: "));
  RedisStoreOptions options = every_option();
  options.tls = RedisTls{.ca_file = "/no/ca.pem"};
  BOOST_CHECK_THROW(RedisSetup{options}, std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_path_that_no_socket_can_have_is_refused_at_the_start) {
  RedisStoreOptions options = every_option();
  options.addresses = {RedisAddress{.path = "/" + std::string(106, 'a')}};
  BOOST_CHECK_NO_THROW(RedisSetup{options});
  options.addresses.push_back(RedisAddress{.path = "/" + std::string(107, 'a')});
  BOOST_CHECK_THROW(RedisSetup{options}, std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
