#include "gateway/transport/fastcgi/codec.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/fastcgi_records.h"

namespace session::gateway::test {
namespace {

struct Libfcgi {
  Libfcgi() { init_libfcgi(); }
};
BOOST_TEST_GLOBAL_FIXTURE(Libfcgi);

struct CodecFixture {
  Parser parser{131072};
  FastCgiCodec codec{FramingLimits{}, parser};

  std::string response(int status) {
    std::string out;
    codec.append_response(out, Response{status, {}, {}});
    return out;
  }
};

std::string response_records(std::uint16_t id, std::string_view cgi) {
  const std::size_t padding = (8 - cgi.size() % 8) % 8;
  std::string out = header(kStdout, id, cgi.size(), padding);
  out.append(cgi).append(padding, '\0');
  return out + record(kStdout, id) + end_request(id, kRequestComplete);
}

constexpr auto kWhole = Codec::Outcome::whole;
constexpr auto kNeedMore = Codec::Outcome::need_more;
constexpr auto kClose = Codec::Outcome::close;

BOOST_FIXTURE_TEST_SUITE(fastcgi_codec, CodecFixture)

BOOST_AUTO_TEST_CASE(records_become_a_request_and_the_response_its_records) {
  const std::string bytes =
      request(7, {{"GATEWAY_ENDPOINT", "auth"}, {"REQUEST_METHOD", "GET"}, {"HTTP_COOKIE", "a=1"}}, "body");
  BOOST_REQUIRE((codec.feed(bytes) == kWhole));
  BOOST_TEST(codec.request().settings.endpoint() == "auth");
  BOOST_TEST(codec.request().method == "GET");
  BOOST_TEST(codec.request().headers.get("Cookie") == "a=1");
  BOOST_TEST(codec.request().body == "body");
  BOOST_TEST((response(204) == response_records(7, "Status: 204 No Content\r\n\r\n")));
  BOOST_TEST(codec.keep_connection());
  BOOST_TEST((codec.feed({}) == kNeedMore));
  BOOST_TEST(codec.idle());
  BOOST_TEST(codec.take_reply().empty());
}

BOOST_AUTO_TEST_CASE(requests_in_one_piece_come_one_after_the_other_each_with_its_own_id) {
  const std::string bytes = request(1, {{"GATEWAY_ENDPOINT", "health"}}) +
                            request(2, {{"GATEWAY_ENDPOINT", "ready"}}, {}, false) + begin(3);
  BOOST_REQUIRE((codec.feed(bytes) == kWhole));
  BOOST_TEST(codec.request().settings.endpoint() == "health");
  BOOST_TEST((response(200) == response_records(1, "Status: 200 OK\r\n\r\n")));
  BOOST_TEST(codec.keep_connection());
  BOOST_REQUIRE((codec.feed({}) == kWhole));
  BOOST_TEST(codec.request().settings.endpoint() == "ready");
  BOOST_TEST((response(200) == response_records(2, "Status: 200 OK\r\n\r\n")));
  BOOST_TEST(!codec.keep_connection());
  BOOST_TEST((codec.feed({}) == kNeedMore));
  BOOST_TEST(!codec.idle());
}

BOOST_AUTO_TEST_CASE(a_request_is_read_from_a_copy_wherever_it_is_cut) {
  const std::string bytes = request(1, {{"GATEWAY_ENDPOINT", "auth"}, {"HTTP_COOKIE", "a=1"}});
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    std::string first = bytes.substr(0, cut);
    BOOST_REQUIRE((codec.feed(first) == kNeedMore));
    BOOST_TEST(!codec.idle());
    first.assign(first.size(), 'x');
    std::string second = bytes.substr(cut);
    BOOST_REQUIRE((codec.feed(second) == kWhole));
    second.assign(second.size(), 'x');
    BOOST_TEST(codec.request().headers.get("Cookie") == "a=1");
    (void)response(204);
    BOOST_REQUIRE((codec.feed({}) == kNeedMore));
  }
}

BOOST_AUTO_TEST_CASE(an_authorizers_request_is_whole_without_stdin_and_its_yes_is_a_200) {
  BOOST_REQUIRE(
      (codec.feed(authorizer_request(
           7, {{"HTTP_COOKIE", "a=1"}, {"REQUEST_METHOD", "POST"}, {"CONTENT_LENGTH", "5"}})) == kWhole));
  BOOST_TEST(codec.request().settings.endpoint() == "auth");
  BOOST_TEST(codec.request().settings.require() == "login");
  BOOST_TEST(codec.request().headers.get("Cookie") == "a=1");
  BOOST_TEST(codec.request().body.empty());
  BOOST_TEST((response(204) == response_records(7, "Status: 200 OK\r\nVariable-REMOTE_USER: \r\n\r\n")));
  BOOST_TEST((codec.feed({}) == kNeedMore));
  BOOST_TEST(codec.idle());
}

BOOST_AUTO_TEST_CASE(an_authorizers_late_stdin_is_no_request_whenever_it_comes) {
  const std::string asked = authorizer_request(1, {{"HTTP_COOKIE", "a=1"}});
  const std::string late = stream(kStdin, 1, request(1, {{"GATEWAY_ENDPOINT", "commit"}}), 30, 7) +
                           stream(kData, 1, request(1, {{"GATEWAY_ENDPOINT", "commit"}}), 30);
  for (std::size_t before = 0; before <= late.size(); ++before) {
    BOOST_REQUIRE((codec.feed(asked + late.substr(0, before)) == kWhole));
    BOOST_TEST((response(401) == response_records(1, "Status: 401 Unauthorized\r\n\r\n")));
    BOOST_REQUIRE((codec.feed({}) == kNeedMore));
    BOOST_REQUIRE((codec.feed(late.substr(before)) == kNeedMore));
    BOOST_TEST(codec.idle());
    BOOST_TEST(codec.take_reply().empty());
    BOOST_REQUIRE((codec.feed(request(1, {{"GATEWAY_ENDPOINT", "health"}})) == kWhole));
    BOOST_TEST(codec.request().settings.endpoint() == "health");
    BOOST_TEST((response(204) == response_records(1, "Status: 204 No Content\r\n\r\n")));
    BOOST_REQUIRE((codec.feed({}) == kNeedMore));
  }
}

BOOST_AUTO_TEST_CASE(what_the_protocol_asks_is_replied_to_without_a_request) {
  BOOST_TEST((codec.feed(record(99, 0)) == kNeedMore));
  BOOST_TEST((codec.take_reply() == unknown_type(99)));
  BOOST_TEST(codec.take_reply().empty());
  BOOST_TEST(codec.idle());
}

BOOST_AUTO_TEST_CASE(a_request_that_is_too_large_is_answered_under_its_id) {
  FramingLimits limits;
  limits.request_bytes = 1000;
  FastCgiCodec small(limits, parser);
  BOOST_REQUIRE((small.feed(request(9, {{"A", std::string(2000, 'x')}})) == Codec::Outcome::refused));
  BOOST_TEST(small.refusal().status == 413);
  std::string out;
  small.append_response(out, Response{413, {}, {}});
  BOOST_TEST((out == response_records(9, "Status: 413 Content Too Large\r\n\r\n")));
}

BOOST_AUTO_TEST_CASE(what_is_not_fastcgi_ends_the_connection_and_says_why) {
  BOOST_TEST((codec.feed("GET / HTTP/1.1\r\n\r\n") == kClose));
  BOOST_TEST(codec.why() == std::string("a record of another version"));
  BOOST_TEST(codec.take_reply().empty());
}

BOOST_AUTO_TEST_CASE(the_end_that_the_protocol_asks_for_has_no_why) {
  BOOST_TEST((codec.feed(begin(1, false, 3)) == kClose));
  BOOST_TEST(codec.why() == std::string());
  BOOST_TEST((codec.take_reply() == refused_role(1, kUnknownRole)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::gateway::test
