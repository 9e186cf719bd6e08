#include "gateway/transport/http/codec.h"

#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/fake_clock.h"
#include "tests/support/loading.h"

namespace session::gateway {
namespace {

using namespace std::string_literals;

using Outcome = Codec::Outcome;

const std::string kYaml = R"(
listen:
  - unix: /run/front.sock
    protocol: http
    serves: [auth, session, health]
  - unix: /run/app.sock
    protocol: http
    serves: [commit]
views: { self: { allow: [set] } }
)";
const std::string kDate = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n";
const std::string kHost = "Host: site.test\r\n";

std::string get(const std::string& target, const std::string& fields = "") {
  return "GET " + target + " HTTP/1.1\r\n" + kHost + fields + "\r\n";
}
std::string post(const std::string& target, const std::string& body, const std::string& fields = "") {
  return "POST " + target + " HTTP/1.1\r\n" + kHost + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

struct OneConnection {
  [[nodiscard]] HttpCodec made(std::size_t request_bytes = 4096, std::size_t listener = 0) {
    HttpLimits limits;
    limits.request_bytes = request_bytes;
    return {limits, listener, [this]() -> const HttpRoutes& { return routes; }, date};
  }
  static std::string answer(HttpCodec& of, Response response = {200, {}, "body"}) {
    std::string out;
    of.append_response(out, response);
    return out;
  }
  // Feeds a codec of its own, and returns the status with which it refuses; 0: it does not.
  [[nodiscard]] int refused(const std::string& bytes, std::size_t request_bytes = 4096) {
    HttpCodec fresh = made(request_bytes);
    const Outcome outcome = fresh.feed(bytes);
    BOOST_TEST((outcome != Outcome::close));
    if (outcome != Outcome::refused) return 0;
    const std::string out = answer(fresh, {fresh.refusal().status, {}, {}});
    BOOST_TEST(out.find("\r\nConnection: close\r\n") != std::string::npos, out);
    BOOST_TEST(!fresh.keep_connection());
    return fresh.refusal().status;
  }

  test::FakeClock clock;
  DateLine date = [this] {
    clock.set_unix(seconds(0));
    return DateLine(clock);
  }();
  HttpRoutes routes{settings(kYaml), {"unix:/run/front.sock", "unix:/run/app.sock"}};
  HttpCodec codec = made();
};

BOOST_FIXTURE_TEST_SUITE(http_codec, OneConnection)

BOOST_AUTO_TEST_CASE(a_request_is_taken_and_answered_and_the_connection_kept) {
  BOOST_TEST(codec.idle());
  BOOST_REQUIRE(
      (codec.feed(get("/auth/login", "Cookie: a=1\r\nCookie: b=2\r\nX-Forwarded-Uri: /account\r\n")) ==
       Outcome::whole));
  const Request& request = codec.request();
  BOOST_TEST(request.method == "GET");
  BOOST_TEST(request.address == "/account");
  BOOST_TEST(request.settings.endpoint() == "auth");
  BOOST_TEST(request.headers.all("Cookie").size() == 2U);
  BOOST_TEST(!codec.idle());
  BOOST_TEST(answer(codec, {401, {}, {}}) ==
             "HTTP/1.1 401 Unauthorized\r\n" + kDate + "Content-Length: 0\r\n\r\n");
  BOOST_TEST(codec.keep_connection());
  BOOST_TEST(codec.idle());
  BOOST_TEST((codec.feed("") == Outcome::need_more));
}

BOOST_AUTO_TEST_CASE(a_check_that_passes_is_a_200_and_nothing_else_is_changed) {
  BOOST_REQUIRE((codec.feed(get("/auth/login")) == Outcome::whole));
  BOOST_TEST(answer(codec, {204, {}, {}}) == "HTTP/1.1 200 OK\r\n" + kDate + "Content-Length: 0\r\n\r\n");
  BOOST_REQUIRE((codec.feed("DELETE /session/self HTTP/1.1\r\n" + kHost + "\r\n") == Outcome::whole));
  BOOST_TEST(answer(codec, {204, {}, {}}) == "HTTP/1.1 204 No Content\r\n" + kDate + "\r\n");
}

BOOST_AUTO_TEST_CASE(it_is_the_same_request_however_it_is_cut) {
  const std::string bytes = post("/session/self", R"({"set":{"theme":"dark"}})", "Cookie: a=1\r\n");
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    HttpCodec fresh = made();
    BOOST_REQUIRE((fresh.feed(bytes.substr(0, cut)) == Outcome::need_more));
    BOOST_TEST(!fresh.idle());
    BOOST_REQUIRE((fresh.feed(bytes.substr(cut)) == Outcome::whole));
    BOOST_TEST(fresh.request().body == R"({"set":{"theme":"dark"}})");
    BOOST_TEST(fresh.request().headers.get("Cookie") == "a=1");
  }
}

BOOST_AUTO_TEST_CASE(requests_that_are_sent_ahead_are_taken_in_their_order) {
  const std::string all = get("/health") + post("/session/self", "{}") + get("/auth/login");
  BOOST_REQUIRE((codec.feed(all + "GE") == Outcome::whole));
  std::vector<std::string> endpoints;
  for (int i = 0; i < 3; ++i) {
    endpoints.emplace_back(codec.request().settings.endpoint());
    (void)answer(codec);
    BOOST_TEST((codec.feed("") == (i < 2 ? Outcome::whole : Outcome::need_more)));
  }
  BOOST_TEST((endpoints == std::vector<std::string>{"health", "session", "auth"}));
  BOOST_TEST(!codec.idle());
  BOOST_TEST((codec.feed("T /health HTTP/1.1\r\n" + kHost + "\r\n") == Outcome::whole));
}

BOOST_AUTO_TEST_CASE(chunks_are_put_together_and_trailers_say_nothing) {
  const std::string head = "POST /session/self HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string bytes = head +
                            "4\r\n{\"se\r\n5;a=b\r\nt\":{}\r\n1\r\n}\r\n0\r\nCookie: "
                            "planted=1\r\nX-Session-Set: user=root\r\n\r\n" +
                            get("/health");
  for (std::size_t cut = head.size(); cut < bytes.size() - 30; ++cut) {
    HttpCodec fresh = made();
    Outcome outcome = fresh.feed(bytes.substr(0, cut));
    if (outcome == Outcome::need_more) outcome = fresh.feed(bytes.substr(cut));
    BOOST_REQUIRE((outcome == Outcome::whole));
    BOOST_TEST(fresh.request().body == R"({"set":{}})");
    BOOST_TEST(fresh.request().headers.all("Cookie").empty());
    BOOST_TEST(fresh.request().headers.all("X-Session-Set").empty());
  }
}

BOOST_AUTO_TEST_CASE(the_body_of_a_check_is_read_and_dropped) {
  BOOST_REQUIRE((codec.feed(post("/auth/login", std::string(3000, 'x')) + get("/health")) == Outcome::whole));
  BOOST_TEST(codec.request().body == "");
  (void)answer(codec);
  BOOST_REQUIRE((codec.feed("") == Outcome::whole));
  BOOST_TEST(codec.request().settings.endpoint() == "health");
}

BOOST_AUTO_TEST_CASE(a_peer_that_asks_first_is_told_to_go_on) {
  BOOST_REQUIRE((codec.feed("POST /session/self HTTP/1.1\r\n" + kHost +
                            "Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n") == Outcome::need_more));
  BOOST_TEST(codec.take_reply() == "HTTP/1.1 100 Continue\r\n\r\n");
  BOOST_REQUIRE((codec.feed("{}") == Outcome::whole));
  BOOST_TEST(codec.take_reply() == "");
  (void)answer(codec);
  // Nobody waits who has sent the body already.
  BOOST_REQUIRE((codec.feed(post("/session/self", "{}", "Expect: 100-continue\r\n")) == Outcome::whole));
  BOOST_TEST(codec.take_reply() == "");
  BOOST_TEST(refused(post("/session/self", "{}", "Expect: a-miracle\r\n")) == 417);
  BOOST_TEST(refused("POST /session/self HTTP/1.1\r\n" + kHost +
                     "Expect: 100-continue\r\nContent-Length: 99999\r\n\r\n") == 413);
}

BOOST_AUTO_TEST_CASE(a_connection_is_kept_or_ended_as_the_peer_says) {
  const auto kept = [&](const std::string& bytes) {
    HttpCodec fresh = made();
    BOOST_REQUIRE((fresh.feed(bytes) == Outcome::whole));
    const std::string out = answer(fresh);
    BOOST_TEST((out.find("Connection: close\r\n") == std::string::npos) == fresh.keep_connection(), out);
    return fresh.keep_connection();
  };
  BOOST_TEST(kept(get("/health")));
  BOOST_TEST(!kept(get("/health", "Connection: close\r\n")));
  BOOST_TEST(!kept(get("/health", "Connection: x, Close\r\n")));
  BOOST_TEST(kept(get("/health", "Connection: upgrade\r\nUpgrade: h2c\r\n")));
  BOOST_TEST(!kept("GET /health HTTP/1.0\r\n\r\n"));
  BOOST_TEST(kept("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  codec.close_after_answer();
  BOOST_REQUIRE((codec.feed(get("/health")) == Outcome::whole));
  codec.close_after_answer();
  BOOST_TEST(answer(codec).find("Connection: close\r\n") != std::string::npos);
  BOOST_TEST((codec.idle_limit() == milliseconds(75000)));
}

BOOST_AUTO_TEST_CASE(an_answer_to_head_has_no_length_since_it_is_not_known) {
  BOOST_REQUIRE((codec.feed("HEAD /health HTTP/1.1\r\n" + kHost + "\r\n") == Outcome::whole));
  BOOST_TEST(answer(codec, {200, {}, {}}) == "HTTP/1.1 200 OK\r\n" + kDate + "\r\n");
}

// A front would take it for the answer to the request that comes next on the connection.
BOOST_AUTO_TEST_CASE(an_answer_to_head_has_no_body_whatever_the_endpoint_says) {
  BOOST_REQUIRE((codec.feed("HEAD /health HTTP/1.1\r\n" + kHost + "\r\n") == Outcome::whole));
  BOOST_TEST(answer(codec, {404, {}, "a body"}) == "HTTP/1.1 404 Not Found\r\n" + kDate + "\r\n");
  BOOST_REQUIRE((codec.feed("HEAD /health HTTP/1.1\r\n" + kHost + "Content-Length: 99999\r\n\r\n") ==
                 Outcome::refused));
  BOOST_TEST(answer(codec, {413, {}, "a body"}).ends_with("\r\n\r\n"));
}

// What two servers could read in two ways.
BOOST_AUTO_TEST_CASE(no_request_can_be_smuggled) {
  const std::string start = "POST /session/self HTTP/1.1\r\n" + kHost;
  const std::string smuggled = "0\r\n\r\nGET /auth/login HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::vector<std::string> all = {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                                        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                                        "Content-Length: 5\r\nContent-Length: 5\r\n",
                                        "Content-Length: 5\r\nContent-Length: 6\r\n",
                                        "Content-Length: 5, 5\r\n",
                                        "Content-Length: +5\r\n",
                                        "Content-Length: -5\r\n",
                                        "Content-Length: 0x5\r\n",
                                        "Content-Length: 5 5\r\n",
                                        "Content-Length:\r\n",
                                        "Content-Length: 99999999999999999999\r\n",
                                        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                                        "Transfer-Encoding: gzip\r\n",
                                        "Transfer-Encoding: chunked, gzip\r\n",
                                        "Transfer-Encoding: gzip, chunked\r\n",
                                        "Transfer-Encoding: identity\r\n",
                                        "Transfer-Encoding: chunked, chunked\r\n",
                                        "Transfer-Encoding: xchunked\r\n",
                                        "Transfer-Encoding: \"chunked\"\r\n",
                                        "Transfer-Encoding\x0b: chunked\r\n",
                                        "Transfer-Encoding : chunked\r\n",
                                        "Content-Length : 5\r\n",
                                        "Transfer-Encoding:\r\n chunked\r\n",
                                        "Transfer-Encoding: chun\0ked\r\n"s,
                                        ": 5\r\n",
                                        "Content Length: 5\r\n",
                                        "Host: other.test\r\n",
                                        "X: a\rb\r\n",
                                        "X: a\nTransfer-Encoding: chunked\r\n",
                                        "X\r\n",
                                        "\0X: a\r\n"s};
  for (const std::string& fields : all)
    BOOST_TEST(refused(start + fields + "\r\n" + smuggled) == 400, fields);
  BOOST_TEST(refused("POST /session/self HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled) == 400);
}

BOOST_AUTO_TEST_CASE(what_is_no_request_is_refused) {
  for (const std::string bytes :
       {"GET /health HTTP/1.1\r\n\r\n", "GET http://a/health HTTP/1.1\r\nHost: a\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT /auth/login HTTP/1.1\r\nHost: a\r\n\r\n", "GET /health HTTP/2.0\r\nHost: a\r\n\r\n",
        "GET /health HTTP/0.9\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET  /health HTTP/1.1\r\nHost: a\r\n\r\n", "GET /health  HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /he alth HTTP/1.1\r\nHost: a\r\n\r\n", "GET\t/health HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /health\r\n\r\n", "\r\nGET /health HTTP/1.1\r\nHost: a\r\n\r\n",
        "get\x01 /health HTTP/1.1\r\nHost: a\r\n\r\n", "\x16\x03\x01\x02\n"})
    BOOST_TEST(refused(bytes) == 400, bytes);
}

BOOST_AUTO_TEST_CASE(malformed_chunks_are_refused) {
  const std::string head = "POST /session/self HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n";
  for (const std::string body :
       {"x\r\n", "-1\r\na\r\n", "2\r\nabc\r\n0\r\n\r\n", "2\nab\r\n0\r\n\r\n", "ffffffffffffffffff\r\n",
        "2\r\nab0\r\n\r\n", "0\r\nX\r\n\r\n", "0\r\nContent-Length: 5\r\n\r\n"})
    BOOST_TEST(refused(head + body) == 400, body);
}

BOOST_AUTO_TEST_CASE(a_header_block_may_have_48_kib_and_no_more) {
  const std::string head = get("/health", "X: ");
  const auto block_of = [&](std::size_t size) {
    return get("/health", "X: " + std::string(size - head.size() - 2, 'x') + "\r\n");
  };
  BOOST_TEST(block_of(49152).size() == 49152U);
  BOOST_TEST(refused(block_of(49152), 131072) == 0);
  BOOST_TEST(refused(block_of(49153), 131072) == 431);
  BOOST_TEST(refused(std::string(49152, 'x'), 131072) == 431);
  BOOST_TEST(refused(std::string(49151, 'x'), 131072) == 0);
}

BOOST_AUTO_TEST_CASE(a_request_may_have_as_much_as_configured_and_no_more) {
  const std::string head = post("/session/self", std::string(1000, 'x'));
  BOOST_TEST(refused(head, head.size()) == 0);
  BOOST_TEST(refused(head, head.size() - 1) == 413);
  BOOST_TEST(refused(get("/health", "X: " + std::string(2000, 'x') + "\r\n"), 1000) == 413);
  const std::string chunked = "POST /auth/login HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n";
  std::string tiny = chunked;
  for (int i = 0; i < 300; ++i) tiny += "1\r\nx\r\n";
  BOOST_TEST(refused(tiny, 1000) == 413);
  BOOST_TEST(refused(chunked + "1;" + std::string(2000, 'x'), 1000) == 400);
  BOOST_TEST(refused(chunked + "ffffff\r\n" + std::string(950, 'x'), 1000) == 413);
  BOOST_TEST(refused(chunked + "0\r\nX: " + std::string(2000, 'x'), 1000) == 413);
}

BOOST_AUTO_TEST_CASE(the_limit_counts_for_each_request_anew) {
  const std::string one = post("/session/self", std::string(600, 'x'));
  HttpCodec small = made(1000);
  for (int i = 0; i < 5; ++i) {
    BOOST_REQUIRE((small.feed(one) == Outcome::whole));
    (void)answer(small);
  }
}

BOOST_AUTO_TEST_CASE(no_header_chooses_a_check_a_view_or_an_action) {
  const std::string fields =
      "Gateway-Require: \r\nGATEWAY_REQUIRE: \r\nGateway-Allow: set\r\nGATEWAY_ENDPOINT: "
      "commit\r\nSession-Set: user=root\r\nX-Session-Set: user=root\r\n"
      "X-Original-URL: /auth/anybody\r\nX-Rewrite-URL: /session/self\r\nX-HTTP-Method-Override: "
      "POST\r\nGateway-Commit: on\r\n";
  BOOST_REQUIRE((codec.feed(get("/auth/login", fields)) == Outcome::whole));
  const Request& request = codec.request();
  BOOST_TEST(request.settings.endpoint() == "auth");
  BOOST_TEST(request.settings.require() == "login");
  BOOST_TEST(request.settings.allow() == "");
  BOOST_TEST(request.method == "GET");
  BOOST_TEST(request.front_actions.texts.set.empty());
  BOOST_TEST(!request.front_actions.in_body);
  BOOST_TEST(!request.front_secret.value());
}

BOOST_AUTO_TEST_CASE(the_front_tells_who_asks_and_its_secret) {
  BOOST_REQUIRE(
      (codec.feed(
           get("/auth/login",
               "X-Forwarded-For: 1.2.3.4, 10.0.0.9\r\nX-Request-Id: abc\r\nX-Forwarded-Proto: https\r\n"
               "X-Forwarded-Host: shop.test\r\nX-Gateway-Secret: s3cret\r\nX_Gateway_Secret: forged\r\n")) ==
       Outcome::whole));
  const Request& request = codec.request();
  BOOST_TEST(request.client.address == "10.0.0.9");
  BOOST_TEST(request.client.request_id == "abc");
  BOOST_TEST(request.settings.scheme() == "https");
  BOOST_TEST(request.headers.get("Host") == "shop.test");
  BOOST_TEST((request.front_secret.value() == "s3cret"));
}

BOOST_AUTO_TEST_CASE(two_different_secrets_are_none) {
  BOOST_REQUIRE(
      (codec.feed(get("/auth/login", "X-Gateway-Secret: a\r\nX-Gateway-Secret: b\r\n")) == Outcome::whole));
  BOOST_TEST(!codec.request().front_secret.value());
}

BOOST_AUTO_TEST_CASE(an_application_says_in_the_body_what_it_wants) {
  HttpCodec app = made(4096, 1);
  BOOST_REQUIRE((app.feed(post("/commit", "{}")) == Outcome::whole));
  BOOST_TEST(app.request().front_actions.in_body);
  BOOST_TEST(app.request().settings.endpoint() == "commit");
  BOOST_TEST(app.request().body == "{}");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::gateway
