#include "gateway/transport/fastcgi/records.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/fastcgi_records.h"
#include "tests/support/visible.h"

namespace session::gateway::test {
namespace {

using namespace std::string_literals;

// STDOUT records as the gateway pads them, read back: the content, and whether it ended as it should.
struct Read {
  std::string content;
  std::size_t records = 0;
  std::string after;  // what follows the stream's end
};

Read read_stdout(std::string_view bytes, std::uint16_t id) {
  Read read;
  while (bytes.size() >= 8 && bytes.substr(0, 4) == header(kStdout, id, 0).substr(0, 4)) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const std::size_t content = static_cast<std::size_t>(at(4)) << 8 | at(5);
    const std::size_t size = 8 + content + at(6);
    BOOST_REQUIRE(bytes.size() >= size);
    BOOST_TEST(size % 8 == 0U);
    BOOST_TEST(bytes.substr(8 + content, at(6)) == std::string(at(6), '\0'));
    read.content += bytes.substr(8, content);
    ++read.records;
    bytes.remove_prefix(size);
    if (content == 0) break;
  }
  read.after = bytes;
  return read;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(records)

BOOST_AUTO_TEST_CASE(a_record_is_a_header_its_content_and_zeros_up_to_a_multiple_of_eight) {
  std::string out = "before";
  append_record(out, FCGI_STDOUT, 0x1234, "abc");
  BOOST_TEST(visible(out) == visible("before\1\6\x12\x34\0\3\5\0abc\0\0\0\0\0"s));
  out.clear();
  append_record(out, FCGI_STDOUT, 1, "12345678");
  BOOST_TEST(visible(out) == visible("\1\6\0\1\0\x08\0\0"s
                                     "12345678"s));
  out.clear();
  append_record(out, FCGI_STDOUT, 65535, "");
  BOOST_TEST(visible(out) == visible("\1\6\xff\xff\0\0\0\0"s));
}

BOOST_AUTO_TEST_CASE(a_response_is_a_status_line_its_headers_an_empty_line_and_its_body) {
  Response response{200, {}, "body"};
  response.headers.add("Content-Type", "text/plain").add("X-A", "");
  std::string out;
  append_response(out, 1, response);
  BOOST_TEST(read_stdout(out, 1).content ==
             "Status: 200 OK\r\nContent-Type: text/plain\r\nX-A: \r\n\r\nbody");
  out.clear();
  append_response(out, 1, Response{204, {}, {}});
  BOOST_TEST(read_stdout(out, 1).content == "Status: 204 No Content\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_yes_to_an_authorizer_is_a_200_with_variables_and_what_is_the_browsers) {
  Response response{204, {}, {}};
  response.subject = "alice";
  response.headers.add("X-Auth-Request-User", "alice").add("X-Auth-Request-Email", "");
  response.headers.add("X-Session-Cookie", "a=1; b=2").add("cache-control", "no-store");
  response.headers.add("Set-Cookie", "session=x; Path=/");
  std::string out;
  append_authorizer_response(out, 1, response);
  BOOST_TEST(read_stdout(out, 1).content ==
             "Status: 200 OK\r\nVariable-X-Auth-Request-User: alice\r\nVariable-X-Auth-Request-Email: \r\n"
             "Variable-X-Session-Cookie: a=1; b=2\r\nSet-Cookie: session=x; Path=/\r\n"
             "Variable-REMOTE_USER: alice\r\n\r\n");
  BOOST_TEST(visible(read_stdout(out, 1).after) == visible(end_request(1, kRequestComplete)));
}

BOOST_AUTO_TEST_CASE(a_yes_to_an_authorizer_without_a_subject_has_an_empty_remote_user) {
  std::string out;
  append_authorizer_response(out, 1, Response{204, {}, {}});
  BOOST_TEST(read_stdout(out, 1).content == "Status: 200 OK\r\nVariable-REMOTE_USER: \r\n\r\n");
}

BOOST_AUTO_TEST_CASE(every_other_answer_to_an_authorizer_is_the_one_that_a_responder_gets) {
  for (const int status : {303, 400, 401, 403, 404, 405, 413, 500, 503}) {
    Response response{status, {}, "body"};
    response.headers.add("X-Session-Reason", "absent").add("Cache-Control", "no-store");
    response.subject = "alice";
    std::string to_authorizer, to_responder;
    append_authorizer_response(to_authorizer, 7, response);
    append_response(to_responder, 7, response);
    BOOST_TEST(visible(to_authorizer) == visible(to_responder));
  }
}

BOOST_AUTO_TEST_CASE(a_response_is_appended_to_what_is_there) {
  std::string out = "before|";
  append_response(out, 1, Response{204, {}, {}});
  BOOST_REQUIRE(out.starts_with("before|"));
  BOOST_TEST(read_stdout(std::string_view(out).substr(7), 1).content == "Status: 204 No Content\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(every_length_is_written_and_padded) {
  for (const std::size_t size :
       {0U, 1U, 7U, 8U, 9U, 127U, 128U, 255U, 256U, 257U, 65528U, 65529U, 65534U, 65535U}) {
    std::string out;
    append_record(out, FCGI_STDOUT, 1, std::string(size, 'x'));
    const std::size_t padding = (8 - size % 8) % 8;
    const std::string expected =
        header(kStdout, 1, size, padding) + std::string(size, 'x') + std::string(padding, '\0');
    BOOST_TEST((out == expected), "size " << size);
  }
}

BOOST_AUTO_TEST_CASE(the_end_of_a_request_carries_status_zero_and_the_protocols_word) {
  for (const unsigned status : {kRequestComplete, kCantMultiplex, 2U, kUnknownRole}) {
    std::string out;
    append_end_request(out, 513, static_cast<unsigned char>(status));
    BOOST_TEST(visible(out) ==
               visible("\1\3\2\1\0\x08\0\0\0\0\0\0"s + static_cast<char>(status) + "\0\0\0"s));
  }
}

BOOST_AUTO_TEST_CASE(an_answer_is_headers_and_body_the_end_of_stdout_and_the_end_of_the_request) {
  Response response{200, {}, "{}\n"};
  response.headers.add("Content-Type", "application/json");
  std::string out;
  append_response(out, 7, response);
  const Read read = read_stdout(out, 7);
  BOOST_TEST(read.content == "Status: 200 OK\r\nContent-Type: application/json\r\n\r\n{}\n");
  BOOST_TEST(read.records == 2U);
  BOOST_TEST(visible(read.after) == visible(end_request(7, kRequestComplete)));
}

BOOST_AUTO_TEST_CASE(an_answer_of_any_size_is_cut_into_the_fewest_records) {
  const std::string head = "Status: 204 No Content\r\n\r\n";
  for (const std::size_t total : {head.size(), std::size_t{65534}, std::size_t{65535}, std::size_t{65536},
                                  std::size_t{131070}, std::size_t{131071}, std::size_t{1} << 20U}) {
    Response response{204, {}, {}};
    for (std::size_t i = head.size(); i < total; ++i) response.body += static_cast<char>(i * 7);
    std::string out;
    append_response(out, 1, response);
    const Read read = read_stdout(out, 1);
    BOOST_TEST((read.content == head + response.body), "total " << total);
    BOOST_TEST(read.records == (total + 65534) / 65535 + 1);
    BOOST_TEST(visible(read.after) == visible(end_request(1, kRequestComplete)));
  }
}

BOOST_AUTO_TEST_CASE(answers_are_appended_to_what_is_there) {
  std::string out = unknown_type(99);
  append_response(out, 1, Response{204, {}, {}});
  BOOST_TEST(out.starts_with(unknown_type(99)));
  const std::string once = out;
  append_response(out, 1, Response{204, {}, {}});
  BOOST_TEST((out == once + once.substr(16)));
}

BOOST_AUTO_TEST_CASE(no_value_of_a_header_begins_a_line_of_its_own) {
  Response response{204, {}, {}};
  response.headers.add("X-A", "b\r\nSet-Cookie: c=d\n\n\0e"s);
  std::string out;
  append_response(out, 1, response);
  BOOST_TEST(read_stdout(out, 1).content == "Status: 204 No Content\r\nX-A: b  Set-Cookie: c=d   e\r\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
