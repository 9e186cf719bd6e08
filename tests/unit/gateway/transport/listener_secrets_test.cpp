#include "gateway/transport/listener_secrets.h"

#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::gateway {
namespace {

FrontSecret given(const std::vector<std::string_view>& values) {
  FrontSecret secret;
  for (const std::string_view value : values) secret.add(value);
  return secret;
}

Settings listening(const std::vector<std::pair<Listen, std::vector<std::string>>>& listeners) {
  Settings settings;
  settings.listen.clear();
  settings.listen_secrets.clear();
  for (const auto& [where, secrets] : listeners) {
    settings.listen.push_back(where);
    auto& kept = settings.listen_secrets.emplace_back();
    for (const std::string& secret : secrets) kept.emplace_back(secret);
  }
  return settings;
}

const Listen kFile = ListenUnix{"/run/a.sock"};
const Listen kPort = ListenTcp{"127.0.0.1", 9000};
const Listen kPort6 = ListenTcp{"::1", 9000};

}  // namespace

BOOST_AUTO_TEST_SUITE(listener_secrets)

BOOST_AUTO_TEST_CASE(a_request_without_the_secret_of_its_listener_is_not_admitted) {
  const ListenerSecrets secrets(listening({{kFile, {"one"}}}), {"unix:/run/a.sock"});
  BOOST_TEST(secrets.admits(0, given({"one"})));
  for (const char* wrong : {"", "o", "on", "onE", "one ", "oneone"})
    BOOST_TEST(!secrets.admits(0, given({wrong})), "admits: " << wrong);
  BOOST_TEST(!secrets.admits(0, given({})));
  BOOST_TEST(secrets.address(0) == "unix:/run/a.sock");
}

BOOST_AUTO_TEST_CASE(two_different_secrets_in_one_request_are_none) {
  const ListenerSecrets secrets(listening({{kFile, {"one", "two"}}}), {"unix:/run/a.sock"});
  BOOST_TEST(secrets.admits(0, given({"one", "one"})));
  for (const auto& values : std::vector<std::vector<std::string_view>>{
           {"one", "two"}, {"one", ""}, {"", "one"}, {"one", "x", "one"}})
    BOOST_TEST(!secrets.admits(0, given(values)));
}

BOOST_AUTO_TEST_CASE(either_of_two_secrets_is_enough) {
  const ListenerSecrets secrets(listening({{kFile, {"one", "two"}}}), {"unix:/run/a.sock"});
  BOOST_TEST(secrets.admits(0, given({"one"})));
  BOOST_TEST(secrets.admits(0, given({"two"})));
  BOOST_TEST(!secrets.admits(0, given({"three"})));
}

BOOST_AUTO_TEST_CASE(each_listener_has_its_own_and_one_without_admits_all) {
  const ListenerSecrets secrets(listening({{kFile, {"file"}}, {kPort, {"port"}}, {kPort6, {}}}),
                                {"tcp:[::1]:9000", "unix:/run/a.sock", "tcp:127.0.0.1:9000"});
  BOOST_TEST(secrets.admits(0, given({})));
  BOOST_TEST(secrets.admits(0, given({"x", "y"})));
  BOOST_TEST(secrets.admits(1, given({"file"})));
  BOOST_TEST(!secrets.admits(1, given({"port"})));
  BOOST_TEST(secrets.admits(2, given({"port"})));
  BOOST_TEST(!secrets.admits(2, given({"file"})));
}

// A socket that the service manager passes, and that the configuration forgets, is no way around the secrets.
BOOST_AUTO_TEST_CASE(a_socket_that_the_configuration_does_not_name_takes_the_secrets_of_all) {
  const std::vector<std::string> passed = {"unix:/run/other.sock"};
  const ListenerSecrets some(listening({{kFile, {"one", "two"}}, {kPort, {"three"}}}), passed);
  for (const char* secret : {"one", "two", "three"}) BOOST_TEST(some.admits(0, given({secret})));
  BOOST_TEST(!some.admits(0, given({})));
  BOOST_TEST(!some.admits(0, given({"four"})));
  const ListenerSecrets none(listening({{kFile, {}}}), passed);
  BOOST_TEST(none.admits(0, given({})));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
