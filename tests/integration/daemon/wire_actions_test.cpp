#include <boost/test/unit_test.hpp>

#include "core/json/json.h"
#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/visible.h"

// Actions that must be refused: by permission, by origin, by method, by form, by size. None changes the
// session.

namespace session::gateway::test {
namespace {

const std::string kAttributes = R"({"cart":[1,2],"user":"alice"})";
const Pairs kAll = {{"GATEWAY_ALLOW", "set, unset, destroy, regenerate"}};

Pairs with(Pairs pairs, const Pairs& more) {
  pairs.insert(pairs.end(), more.begin(), more.end());
  return pairs;
}

struct Fixture {
  // Large enough that deep nesting arrives.
  WireGateway gateway{WireGateway::Setup{"workers: 2\nlimits: { request_bytes: 1048576 }\n"}};
  std::string cookie = gateway.log_in(kAttributes);
  Peer peer = gateway.tcp_peer();

  Answer ask(const std::string& method, const Pairs& more, std::string_view body) {
    return peer.ask(
        request(1, with(asking("session", method, {{"HTTP_COOKIE", "session=" + cookie}}), more), body));
  }

  void is_unchanged() {
    const Answer answer = ask("GET", {}, {});
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.body == kAttributes + "\n");
  }

  void refused(int status, const std::string& reason, const std::string& method, const Pairs& more,
               std::string_view body) {
    BOOST_TEST_CONTEXT(
        method << " " << visible(body.substr(0, 200)) << " "
               << (more.empty() ? "" : visible(more.back().first + ": " + more.back().second))) {
      const Answer answer = ask(method, more, body);
      BOOST_TEST(answer.status == status);
      BOOST_TEST(answer.header("X-Session-Reason") == reason);
      BOOST_TEST(answer.header("Content-Type") == "application/problem+json");
      BOOST_TEST(answer.header("Cache-Control") == "no-store");
      BOOST_TEST(answer.header("Set-Cookie") == "");
      if (method == "HEAD") {
        BOOST_TEST(answer.body == "");
      } else {
        const auto problem = parse_json(answer.body);
        BOOST_REQUIRE(problem.has_value());
        BOOST_TEST(problem->value("status", 0) == status);
        BOOST_TEST(problem->value("reason", "") == reason);
        BOOST_TEST(!problem->value("detail", "").empty());
      }
      is_unchanged();
    }
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wire_actions, Fixture)

BOOST_AUTO_TEST_CASE(of_settings_that_come_twice_the_narrowest_holds) {
  const std::string user = R"({"set":{"user":"mallory"}})";
  refused(403, "not-allowed", "POST", {{"GATEWAY_ALLOW", "set"}, {"GATEWAY_ALLOW", "set:theme"}}, user);
  refused(403, "not-allowed", "POST", {{"GATEWAY_ALLOW", "set:theme"}, {"GATEWAY_ALLOW", "set"}}, user);
  refused(403, "not-allowed", "POST", {{"GATEWAY_ALLOW", "set"}, {"GATEWAY_ALLOW", ""}}, user);
  const Answer shown = ask("GET", {{"GATEWAY_EXPOSE", "user,cart"}, {"GATEWAY_EXPOSE", "cart"}}, {});
  BOOST_TEST(shown.body == "{\"cart\":[1,2]}\n");
  const Answer theme =
      ask("POST", {{"GATEWAY_ALLOW", "set"}, {"GATEWAY_ALLOW", "set:theme"}}, R"({"set":{"theme":"dark"}})");
  BOOST_TEST(theme.status == 200);
}

BOOST_AUTO_TEST_CASE(what_the_location_does_not_allow_is_forbidden) {
  const std::string set = R"({"set":{"user":"mallory"}})";
  const auto forbidden = [&](const Pairs& more, std::string_view body, const char* method = "POST") {
    refused(403, "not-allowed", method, more, body);
  };
  forbidden({}, set);
  for (const char* allow :
       {"", "unset", "destroy,regenerate", "set:cart", "set:", "set:us", "SET", "set user", "*"}) {
    forbidden({{"GATEWAY_ALLOW", allow}}, set);
  }
  forbidden({{"HTTP_GATEWAY_ALLOW", "set"}}, set);
  forbidden({{"GATEWAY_ALLOW", "set:cart"}}, R"({"set":{"cart":[],"user":"mallory"}})");
  forbidden({{"GATEWAY_ALLOW", "set"}}, R"({"unset":["user"]})");
  forbidden({{"GATEWAY_ALLOW", "set,unset:cart"}}, R"({"unset":["cart","user"]})");
  forbidden({{"GATEWAY_ALLOW", "set,unset,regenerate"}}, R"({"destroy":true})");
  forbidden({{"GATEWAY_ALLOW", "set,unset,destroy"}}, R"({"regenerate":true})");
  forbidden({{"GATEWAY_ALLOW", "set,unset,regenerate"}}, "", "DELETE");
  forbidden({{"HTTP_X_SESSION_SET", "user=mallory"}}, "");
  forbidden({{"HTTP_X_SESSION_SET", R"({"user":"mallory"})"}}, "");
  forbidden({{"HTTP_X_SESSION_UNSET", "user"}}, "");
  forbidden({{"HTTP_X_SESSION_DESTROY", "true"}}, "");
  forbidden({{"HTTP_X_SESSION_REGENERATE", "true"}}, "");
  forbidden(
      {{"GATEWAY_ALLOW", "set:cart"}, {"HTTP_X_SESSION_SET", "cart=1"}, {"HTTP_X_SESSION_SET", "user=m"}},
      "");
}

BOOST_AUTO_TEST_CASE(other_sites_may_not_act) {
  const std::string set = R"({"set":{"user":"mallory"}})";
  const auto cross = [&](const Pairs& more) {
    refused(403, "cross-origin", "POST", with(kAll, more), set);
    refused(403, "cross-origin", "DELETE", with(kAll, more), "");
  };
  for (const char* origin :
       {"https://evil.test", "null", "https://gateway.test.evil.test", "https://gateway.test@evil.test",
        "https://evil.test/gateway.test", "gateway.test", "https://", "https://evil.test:443",
        "https://evilgateway.test", "https://gateway.tes", "https://[::1]"}) {
    cross({{"HTTP_ORIGIN", origin}});
    cross({{"HTTP_ORIGIN", "https://gateway.test"}, {"HTTP_ORIGIN", origin}});
  }
  for (const char* site : {"cross-site", "CROSS-SITE", " cross-site "}) {
    cross({{"HTTP_SEC_FETCH_SITE", site}});
    cross({{"HTTP_ORIGIN", "https://gateway.test"}, {"HTTP_SEC_FETCH_SITE", site}});
    cross({{"HTTP_SEC_FETCH_SITE", "same-origin"}, {"HTTP_SEC_FETCH_SITE", site}});
  }
}

BOOST_AUTO_TEST_CASE(methods_that_are_safe_or_unknown_do_not_act) {
  const std::string set = R"({"set":{"user":"mallory"}})";
  for (const char* method : {"GET", "HEAD", "PUT", "PATCH", "OPTIONS", "TRACE", "get", "post", "", "POST "}) {
    refused(405, "method-not-allowed", method, kAll, set);
    refused(405, "method-not-allowed", method, with(kAll, {{"HTTP_X_SESSION_SET", "user=mallory"}}), "");
    refused(405, "method-not-allowed", method, with(kAll, {{"HTTP_X_SESSION_DESTROY", "true"}}), "");
  }
}

BOOST_AUTO_TEST_CASE(bodies_that_are_no_actions_are_refused) {
  std::vector<std::string> bodies = {
      "{", "}", "nonsense", "null", "[]", "\"set\"", "1", "{}{}", R"({"set":{}},)", "// comment\n{}",
      R"({'set':{}})", R"({"set":{"a":NaN}})", R"({"set":{"a":Infinity}})", R"({"set":{"a":01}})",
      R"({"set":{"a":+1}})", R"({"set":{"a":1,}})", R"({"set":null})", R"({"set":[]})",
      R"({"set":"user=mallory"})", R"({"unset":"user"})", R"({"unset":[1]})", R"({"unset":{"user":true}})",
      R"({"destroy":"true"})", R"({"destroy":1})", R"({"regenerate":null})", R"({"flush":"yes"})",
      R"({"user":"mallory"})", R"({"Set":{"user":"mallory"}})", R"({"set":{"user":"m"},"unset":["user"]})",
      R"({"destroy":true,"set":{"user":"m"}})",
      // The same key twice: readers differ on which counts.
      R"({"set":{"user":"alice"},"set":{"user":"mallory"}})", R"({"set":{"user":"alice","user":"mallory"}})",
      R"({"set":{"user":"alice","\u0075ser":"mallory"}})", R"({"set":{"a":[{"b":1,"b":2}]}})",
      // No UTF-8.
      "{\"set\":{\"user\":\"\xff\"}}", "{\"set\":{\"user\":\"\xc0\xaf\"}}", "{\"set\":{\"\xed\xa0\x80\":1}}",
      "{\"set\":{\"user\":\"\xf4\x90\x80\x80\"}}", "{\"set\":{\"user\":\"\xc3\"}}",
      R"({"set":{"user":"\ud800"}})", std::string("{\"set\":{\"user\":\"\0\"}}", 20), "\xff\xfe{\0}\0",
      // Numbers that nothing holds.
      R"({"set":{"a":1e999}})", R"({"set":{"a":-1e999}})", R"({"set":{"a":[1,{"b":1e400}]}})",
      R"({"set":{"a":99999999999999999999}})", R"({"set":{"a":-99999999999999999999}})",
      R"({"set":{"a":18446744073709551616}})", R"({"set":{"a":-9223372036854775809}})",
      R"({"set":{"a":1)" + std::string(1000, '0') + "}}"};
  for (const std::string& open : {std::string("["), std::string("{\"a\":")}) {
    std::string deep;
    for (int i = 0; i < 100000; ++i) deep += open;
    bodies.push_back(deep);
    bodies.push_back("{\"set\":{\"a\":" + deep);
  }
  bodies.push_back("{\"set\":{\"a\":" + std::string(100000, '[') + std::string(100000, ']') + "}}");
  for (const std::string& body : bodies) {
    refused(400, "bad-actions", "POST", kAll, body);
    // Not even when nothing would be allowed: the form is looked at first, or the refusal is the same.
    const Answer answer = ask("POST", {}, body);
    BOOST_TEST((answer.status == 400 || answer.status == 403));
  }
  is_unchanged();
}

BOOST_AUTO_TEST_CASE(headers_that_are_no_actions_are_refused) {
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"HTTP_X_SESSION_SET", "{"},
      {"HTTP_X_SESSION_SET", "nonsense"},
      {"HTTP_X_SESSION_SET", "=x"},
      {"HTTP_X_SESSION_SET", "a=\xff"},
      {"HTTP_X_SESSION_SET", "\xff=a"},
      {"HTTP_X_SESSION_SET", R"({"a":1e999})"},
      {"HTTP_X_SESSION_SET", R"({"a":1} x)"},
      {"HTTP_X_SESSION_SET", R"({"a":1,"a":2})"},
      {"HTTP_X_SESSION_DESTROY", "yes"},
      {"HTTP_X_SESSION_DESTROY", "TRUE"},
      {"HTTP_X_SESSION_REGENERATE", "1"},
      {"HTTP_X_SESSION_FLUSH", "on"},
  };
  for (const auto& header : headers) {
    refused(400, "bad-actions", "POST", with(kAll, {header}), "");
    refused(400, "bad-actions", "POST", with(kAll, {{"HTTP_X_SESSION_SET", "fine=1"}, header}), "");
    refused(400, "bad-actions", "POST", with(kAll, {header}), R"({"set":{"fine":1}})");
  }
  refused(400, "bad-actions", "POST", with(kAll, {{"HTTP_X_SESSION_DESTROY", "true"}}), R"({"set":{"a":1}})");
  refused(400, "bad-actions", "POST", with(kAll, {{"HTTP_X_SESSION_UNSET", "user"}}),
          R"({"set":{"user":"m"}})");
  refused(400, "bad-actions", "DELETE", kAll, R"({"set":{"user":"m"}})");
}

BOOST_AUTO_TEST_CASE(a_session_that_would_be_too_large_is_refused) {
  const std::string blob(70000, 'b');
  refused(413, "too-large", "POST", kAll, R"({"set":{"blob":")" + blob + R"("}})");
  refused(413, "too-large", "POST", with(kAll, {{"HTTP_X_SESSION_SET", "blob=" + blob}}), "");
  std::string many;
  for (int i = 0; i < 10000; ++i)
    many += (many.empty() ? "\"" : ",\"") + std::to_string(i) + "\":" + std::to_string(i);
  refused(413, "too-large", "POST", kAll, "{\"set\":{" + many + "}}");
  refused(413, "too-large", "POST", kAll, R"({"regenerate":true,"set":{"blob":")" + blob + R"("}})");
}

BOOST_AUTO_TEST_CASE(what_is_refused_begins_no_session) {
  cookie = "none";
  for (const std::string& body :
       {std::string(R"({"set":{"a":1)"), R"({"set":{"b":")" + std::string(70000, 'b') + "\"}}"}) {
    const Answer answer = ask("POST", kAll, body);
    BOOST_TEST(answer.status >= 400);
    BOOST_TEST(answer.header("Set-Cookie") == "");
  }
  const Answer forbidden = ask("POST", {}, R"({"set":{"a":1}})");
  BOOST_TEST(forbidden.status == 403);
  BOOST_TEST(forbidden.header("Set-Cookie") == "");
}

BOOST_AUTO_TEST_CASE(what_is_allowed_is_done_and_the_own_origin_may_do_it) {
  for (const char* origin :
       {"https://gateway.test", "http://GATEWAY.test:8080", "https://gateway.test:443"}) {
    const Answer answer = ask("POST",
                              {{"GATEWAY_ALLOW", " set:cart , unset:user"},
                               {"HTTP_ORIGIN", origin},
                               {"HTTP_SEC_FETCH_SITE", "same-origin"}},
                              R"({"set":{"cart":[3]},"unset":["user"]})");
    BOOST_TEST(answer.status == 200);
    // Unsetting the subject may give the session another id.
    if (!answer.cookie().empty()) cookie = answer.cookie();
    BOOST_TEST(answer.body == "{\"cart\":[3]}\n");
  }
  BOOST_TEST(ask("GET", {}, {}).body == "{\"cart\":[3]}\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
