#include "gateway/client/http_answer.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

using namespace session::gateway;

namespace {

using State = AnswerParser::State;

constexpr std::size_t kEnough = std::size_t{1} << 20;
const std::string kReady =
    "HTTP/1.1 503 Service Unavailable\r\nX-Session-Reason: store-unavailable\r\nContent-Length: 11\r\n"
    "Connection: close\r\n\r\nno\r\n\r\nstore";
const std::string kChunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;a=b\r\nfine\r\nA\r\n and\r\nwell\r\n0\r\nX: "
    "y\r\n\r\n";

// The state after all of the bytes, as far as it goes.
State fed(HttpAnswer& answer, std::string_view bytes, std::size_t piece = kEnough) {
  State state = State::incomplete;
  while (!bytes.empty() && state == State::incomplete) {
    state = answer.feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  return state;
}

State state_of(std::string_view bytes, std::size_t max_bytes = kEnough) {
  HttpAnswer answer(max_bytes);
  return fed(answer, bytes, 4096);
}

std::string with_status(const std::string& status) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_answer)

BOOST_AUTO_TEST_CASE(a_request_names_host_and_path_and_has_the_secret_if_there_is_one) {
  BOOST_TEST(http_request("127.0.0.1:9180", "/health", "") ==
             "GET /health HTTP/1.1\r\nHost: 127.0.0.1:9180\r\nConnection: close\r\n\r\n");
  BOOST_TEST(
      http_request("localhost", "/ready", "s3cret") ==
      "GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Gateway-Secret: s3cret\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(an_answer_is_the_same_in_pieces_of_any_size) {
  for (const std::size_t piece : {1u, 2u, 7u, 8u, 9u, 4096u}) {
    HttpAnswer answer(kEnough);
    BOOST_TEST((fed(answer, kReady, piece) == State::complete));
    const auto read = answer.answer();
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(read->status == 503);
    BOOST_TEST(read->reason == "store-unavailable");
    BOOST_TEST(read->body == "no\r\n\r\nstore");
  }
}

BOOST_AUTO_TEST_CASE(an_answer_in_chunks_is_put_together) {
  for (const std::size_t piece : {1u, 3u, 4096u}) {
    HttpAnswer answer(kEnough);
    BOOST_TEST((fed(answer, kChunked, piece) == State::complete));
    BOOST_TEST(answer.answer()->status == 200);
    BOOST_TEST(answer.answer()->reason == "");
    BOOST_TEST(answer.answer()->body == "fine and\r\nwell");
  }
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_cut_is_incomplete) {
  for (const std::string& all : {kReady, kChunked}) {
    for (std::size_t size = 0; size < all.size(); ++size)
      BOOST_TEST((state_of(std::string_view(all).substr(0, size)) == State::incomplete), size);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_that_ends_with_the_connection_only_is_never_complete) {
  BOOST_TEST((state_of("HTTP/1.0 200 OK\r\n\r\nfine") == State::incomplete));
  BOOST_TEST((state_of("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nfine") == State::incomplete));
}

BOOST_AUTO_TEST_CASE(what_follows_an_answer_is_no_part_of_it) {
  HttpAnswer answer(kEnough);
  BOOST_TEST((fed(answer, kReady + kChunked) == State::complete));
  BOOST_TEST(answer.answer()->body == "no\r\n\r\nstore");
}

BOOST_AUTO_TEST_CASE(other_protocols_are_no_answer) {
  for (const std::string& text :
       {std::string("-ERR what?\r\n"), std::string("\1\6\0\1\0\0\0\0", 8), std::string(8, '\0'),
        std::string("HTTP/2 200\r\n\r\n"), std::string("GET / HTTP/1.1\r\n\r\n"),
        std::string("SSH-2.0-OpenSSH_9.2\r\n"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nX-Session-Reason: \x1b[2J\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfour\r\n")})
    BOOST_TEST((state_of(text) == State::malformed), text);
}

BOOST_AUTO_TEST_CASE(an_answer_larger_than_agreed_is_not_kept) {
  BOOST_TEST((state_of(kReady, kReady.size()) == State::complete));
  BOOST_TEST((state_of(kReady, kReady.size() - 1) == State::too_large));
  BOOST_TEST((state_of(kChunked, kChunked.size() - 1) == State::too_large));
  const std::string head = "HTTP/1.1 200 OK\r\n";
  // By what they say, before it comes.
  BOOST_TEST((state_of(head + "Content-Length: 1048577\r\n\r\n") == State::too_large));
  BOOST_TEST((state_of(head + "Content-Length: 18446744073709551615\r\n\r\n") == State::too_large));
  BOOST_TEST((state_of(head + "Transfer-Encoding: chunked\r\n\r\n100001\r\n") == State::too_large));
}

BOOST_AUTO_TEST_CASE(a_line_without_an_end_is_not_kept) {
  const std::string endless(std::size_t{80} << 10, 'a');
  BOOST_TEST((state_of("HTTP/1.1 200 " + endless) == State::malformed));
  BOOST_TEST((state_of("HTTP/1.1 200 OK\r\nX: " + endless) == State::malformed));
  BOOST_TEST(
      (state_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + endless) == State::malformed));
}

BOOST_AUTO_TEST_CASE(a_status_that_ends_no_request_is_none) {
  for (const char* status : {"100 Continue", "101 Switching Protocols", "000 None", "600 More", "999 Most"}) {
    HttpAnswer answer(kEnough);
    const State state = fed(answer, with_status(status));
    BOOST_TEST((state == State::malformed || (state == State::complete && answer.answer().has_error())),
               status);
  }
  HttpAnswer none(kEnough);
  BOOST_TEST((fed(none, "HTTP/1.1 204 No Content\r\n\r\n") == State::complete));
  BOOST_TEST(none.answer()->status == 204);
}

BOOST_AUTO_TEST_SUITE_END()
