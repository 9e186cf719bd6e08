#include "gateway/transport/fastcgi/cgi_request.h"

#include <list>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/fastcgi_records.h"

namespace session::gateway::test {
namespace {

using Values = std::vector<std::string_view>;

// The texts live as long as the program.
Request request_of(std::initializer_list<std::pair<const char*, const char*>> params) {
  Request request;
  for (const auto& [name, value] : params) add_param(request, name, value);
  return request;
}

// Of params written as "NAME=value". The stream that the request views lives as long as the program.
Request authorizer_request_of(const std::vector<std::string_view>& params) {
  static std::list<std::string> streams;
  Pairs pairs;
  for (const std::string_view param : params) {
    const std::size_t equals = param.find('=');
    pairs.emplace_back(param.substr(0, equals), param.substr(equals + 1));
  }
  Request request;
  add_params(request, Params(streams.emplace_back(pairs_text(pairs))), Role::authorizer);
  return request;
}

bool nothing_is_the_fronts(const Request& request) {
  const ActionTexts& texts = request.front_actions.texts;
  return !request.front_secret.value() && request.settings.endpoint().empty() &&
         request.settings.require().empty() && request.settings.allow().empty() &&
         !request.settings.expose() && request.settings.touch() == Touch::on && texts.set.empty() &&
         texts.unset.empty() && texts.destroy.empty() && texts.regenerate.empty() && texts.lifetime.empty() &&
         texts.flush.empty() && !request.front_actions.location && request.front_actions.statuses.empty() &&
         request.settings.may_commit() && request.settings.scheme().empty() &&
         request.client.address.empty() && request.client.request_id.empty();
}

BOOST_AUTO_TEST_SUITE(cgi_request)

BOOST_AUTO_TEST_CASE(a_client_can_say_nothing_that_is_the_fronts_word) {
  const Request request = request_of({{"HTTP_GATEWAY_ENDPOINT", "commit"},
                                      {"HTTP_GATEWAY_SECRET", "x"},
                                      {"HTTP_GATEWAY_REQUIRE", "x"},
                                      {"HTTP_GATEWAY_ALLOW", "set"},
                                      {"HTTP_GATEWAY_EXPOSE", "x"},
                                      {"HTTP_GATEWAY_TOUCH", "off"},
                                      {"HTTP_GATEWAY_COMMIT", "off"},
                                      {"HTTP_SESSION_STATUS", "500"},
                                      {"HTTP_REQUEST_SCHEME", "https"},
                                      {"HTTP_SESSION_SET", "user=root"},
                                      {"HTTP_SESSION_UNSET", "a"},
                                      {"HTTP_SESSION_DESTROY", "true"},
                                      {"HTTP_SESSION_REGENERATE", "true"},
                                      {"HTTP_SESSION_FLUSH", "true"},
                                      {"HTTP_SESSION_LIFETIME", "long"},
                                      {"HTTP_SESSION_LOCATION", "/x"},
                                      {"HTTP_REMOTE_ADDR", "10.0.0.1"},
                                      {"HTTP_REQUEST_ID", "forged"},
                                      {"HTTP_HTTP_GATEWAY_ALLOW", "set"},
                                      {"HTTP_REQUEST_METHOD", "DELETE"},
                                      {"HTTP_DOCUMENT_URI", "/sessions"},
                                      {"QUERY_STRING", "GATEWAY_ALLOW=set"},
                                      {"CONTENT_LENGTH", "5"}});
  BOOST_TEST(nothing_is_the_fronts(request));
  BOOST_TEST(request.method == "");
  BOOST_TEST(request.resource == "");
  BOOST_TEST(!request.operator_user.has_value());
  BOOST_TEST(request.headers.get("Gateway-Allow") == "set");
  BOOST_TEST(request.headers.get("Session-Set") == "user=root");
}

BOOST_AUTO_TEST_CASE(the_front_sets_endpoint_rules_actions_and_touch) {
  const Request request = request_of({{"GATEWAY_ENDPOINT", "session"},
                                      {"GATEWAY_REQUIRE", "login"},
                                      {"GATEWAY_REQUIRE", "admin"},
                                      {"GATEWAY_ALLOW", "set"},
                                      {"GATEWAY_ALLOW", "set:theme"},
                                      {"GATEWAY_EXPOSE", "user,theme"},
                                      {"GATEWAY_EXPOSE", "theme"},
                                      {"GATEWAY_TOUCH", "off"},
                                      {"GATEWAY_TOUCH", "on"},
                                      {"GATEWAY_COMMIT", ""},
                                      {"GATEWAY_COMMIT", "on"},
                                      {"REQUEST_SCHEME", "https"}});
  BOOST_TEST(request.settings.endpoint() == "session");
  BOOST_TEST(request.settings.require() == "login,admin");
  BOOST_TEST(request.settings.allow() == "set:theme");
  BOOST_TEST(request.settings.expose().value() == "theme");
  BOOST_TEST((request.settings.touch() == Touch::off));
  BOOST_TEST(!request.settings.may_commit());
  BOOST_TEST(request.settings.scheme() == "https");
}

BOOST_AUTO_TEST_CASE(the_application_s_actions_come_by_the_front_and_all_of_them_count) {
  const Request request = request_of({{"SESSION_SET", "a=1"},
                                      {"SESSION_SET", "b=2"},
                                      {"SESSION_UNSET", "c"},
                                      {"SESSION_DESTROY", "false"},
                                      {"SESSION_REGENERATE", "true"},
                                      {"SESSION_LIFETIME", "remember"},
                                      {"SESSION_FLUSH", ""},
                                      {"SESSION_LOCATION", ""},
                                      {"SESSION_LOCATION", "/second"},
                                      {"SESSION_STATUS", "200"},
                                      {"SESSION_STATUS", "502, 404"}});
  const ActionTexts& texts = request.front_actions.texts;
  BOOST_TEST(texts.set == (Values{"a=1", "b=2"}), boost::test_tools::per_element());
  BOOST_TEST(texts.unset == Values{"c"}, boost::test_tools::per_element());
  BOOST_TEST(texts.destroy == Values{"false"}, boost::test_tools::per_element());
  BOOST_TEST(texts.regenerate == Values{"true"}, boost::test_tools::per_element());
  BOOST_TEST(texts.lifetime == Values{"remember"}, boost::test_tools::per_element());
  BOOST_TEST(texts.flush == Values{""}, boost::test_tools::per_element());
  BOOST_TEST(request.front_actions.location.value() == "");
  BOOST_TEST(request.front_actions.statuses == (Values{"200", "502, 404"}), boost::test_tools::per_element());
  BOOST_TEST(request.headers.all("X-Session-Set").empty());
}

BOOST_AUTO_TEST_CASE(of_method_address_and_id_the_first_counts_even_if_it_is_empty) {
  const Request request = request_of({{"REQUEST_METHOD", "POST"},
                                      {"REQUEST_METHOD", "GET"},
                                      {"REMOTE_ADDR", ""},
                                      {"REMOTE_ADDR", "10.0.0.1"},
                                      {"REQUEST_ID", "a"},
                                      {"REQUEST_ID", "b"}});
  BOOST_TEST(request.method == "POST");
  BOOST_TEST(request.client.address == "");
  BOOST_TEST(request.client.request_id == "a");
}

BOOST_AUTO_TEST_CASE(an_authorizers_endpoint_is_auth_whatever_its_params_say) {
  for (const char* endpoint : {"GATEWAY_ENDPOINT=session", "GATEWAY_ENDPOINT=auth", "GATEWAY_ENDPOINT=",
                               "GATEWAY_ENDPOINT=health", "HTTP_GATEWAY_ENDPOINT=commit"}) {
    const Request request =
        authorizer_request_of({endpoint, "GATEWAY_ENDPOINT=metrics", "REQUEST_METHOD=PUT"});
    BOOST_TEST(request.settings.endpoint() == "auth");
    BOOST_TEST(request.method == "PUT");
  }
}

BOOST_AUTO_TEST_CASE(an_authorizer_requires_a_login_unless_its_front_says_what_it_requires) {
  const auto required = [](const std::vector<std::string_view>& params) {
    return std::string(authorizer_request_of(params).settings.require());
  };
  BOOST_TEST(required({}) == "login");
  BOOST_TEST(required({"HTTP_GATEWAY_REQUIRE=", "GATEWAY_REQUIRES=", "gateway_require="}) == "login");
  BOOST_TEST(required({"GATEWAY_REQUIRE="}) == "");
  BOOST_TEST(required({"GATEWAY_REQUIRE=admin"}) == "admin");
  BOOST_TEST(required({"GATEWAY_REQUIRE=", "GATEWAY_REQUIRE=admin"}) == "admin");
}

BOOST_AUTO_TEST_CASE(all_other_params_mean_to_an_authorizer_what_they_mean_to_a_responder) {
  const Request request = authorizer_request_of(
      {"GATEWAY_SECRET=s", "GATEWAY_TOUCH=off", "HTTP_COOKIE=a=1", "REMOTE_ADDR=10.0.0.1", "REQUEST_URI=/x"});
  BOOST_TEST((request.front_secret.value() == "s"));
  BOOST_TEST((request.settings.touch() == Touch::off));
  BOOST_TEST(request.headers.get("Cookie") == "a=1");
  BOOST_TEST(request.client.address == "10.0.0.1");
  BOOST_TEST(request.address == "/x");
}

BOOST_AUTO_TEST_CASE(a_responder_that_names_no_endpoint_and_no_rule_has_none) {
  Request request;
  add_params(request, Params({}), Role::responder);
  BOOST_TEST(nothing_is_the_fronts(request));
}

BOOST_AUTO_TEST_CASE(names_that_only_look_alike_are_nothing) {
  const Request request = request_of({{"GATEWAY_ENDPOINTS", "auth"},
                                      {"GATEWAY_", "x"},
                                      {"gateway_allow", "set"},
                                      {"GATEWAY_ALLOW ", "set"},
                                      {"SESSION_", "x"},
                                      {"SESSION_SETS", "x"},
                                      {"X_SESSION_SET", "x"},
                                      {"REMOTE_ADDRESS", "x"},
                                      {"http_cookie", "a=1"},
                                      {"HTTP", "x"}});
  BOOST_TEST(nothing_is_the_fronts(request));
  BOOST_TEST(request.headers.all("Cookie").empty());
  BOOST_TEST(request.headers.all("X-Session-Set").empty());
}

BOOST_AUTO_TEST_CASE(the_secret_is_the_fronts_word_and_two_different_ones_are_none) {
  BOOST_TEST((request_of({{"GATEWAY_SECRET", "s"}}).front_secret.value() == "s"));
  BOOST_TEST((request_of({{"GATEWAY_SECRET", "s"}, {"GATEWAY_SECRET", "s"}}).front_secret.value() == "s"));
  BOOST_TEST(!request_of({{"GATEWAY_SECRET", "s"}, {"GATEWAY_SECRET", "t"}}).front_secret.value());
  BOOST_TEST(!request_of({{"GATEWAY_SECRET", ""}, {"GATEWAY_SECRET", "t"}}).front_secret.value());
  BOOST_TEST((request_of({{"GATEWAY_SECRET", ""}}).front_secret.value() == ""));
  BOOST_TEST(!request_of({{"GATEWAY_SECRETS", "s"}, {"SECRET", "s"}}).front_secret.value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::gateway::test
