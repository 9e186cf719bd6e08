#include "gateway/client/fastcgi_answer.h"

#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "tests/support/fastcgi_records.h"

using namespace session::gateway;
using namespace session::gateway::test;

namespace {

using State = FastcgiAnswer::State;

constexpr std::size_t kEnough = 4096;
const std::string kReady =
    "Status: 503 Service Unavailable\r\nX-Session-Reason: store-unavailable\r\nContent-Type: text/plain\r\n"
    "\r\nno\r\n\r\nstore";

std::string whole(const std::string& output) {
  return stream(kStdout, 1, output, 7, 3) + end_request(1, kRequestComplete);
}

// The state after all of the bytes, as far as it goes.
State fed(FastcgiAnswer& answer, std::string_view bytes, std::size_t piece) {
  State state = State::incomplete;
  while (!bytes.empty() && state == State::incomplete) {
    state = answer.feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  return state;
}

std::string zeros(const std::string& text) { return std::string((8 - text.size() % 8) % 8, '\0'); }

}  // namespace

BOOST_AUTO_TEST_SUITE(fastcgi_answer)

BOOST_AUTO_TEST_CASE(a_request_is_what_the_specification_says) {
  const std::string secret(200, 's');
  const std::string params = pairs_text({{"GATEWAY_ENDPOINT", "health"}, {"GATEWAY_SECRET", secret}});
  BOOST_TEST(fastcgi_request({{"GATEWAY_ENDPOINT", "health"}, {"GATEWAY_SECRET", secret}}) ==
             begin(1, false) + header(kParams, 1, params.size(), zeros(params).size()) + params +
                 zeros(params) + record(kParams, 1) + record(kStdin, 1));
}

BOOST_AUTO_TEST_CASE(an_answer_is_the_same_in_pieces_of_any_size) {
  for (const std::size_t piece : {1u, 2u, 7u, 8u, 9u, 4096u}) {
    FastcgiAnswer answer(kEnough);
    BOOST_TEST((fed(answer, whole(kReady), piece) == State::complete));
    const auto read = answer.answer();
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(read->status == 503);
    BOOST_TEST(read->reason == "store-unavailable");
    BOOST_TEST(read->body == "no\r\n\r\nstore");
  }
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_cut_is_incomplete) {
  const std::string all = whole(kReady);
  for (std::size_t size = 0; size < all.size(); ++size) {
    FastcgiAnswer answer(kEnough);
    BOOST_TEST((fed(answer, std::string_view(all).substr(0, size), kEnough) == State::incomplete));
  }
}

BOOST_AUTO_TEST_CASE(other_protocols_are_no_answer) {
  for (const std::string& text :
       {std::string("HTTP/1.1 400 Bad Request\r\n\r\n"), std::string("-ERR what?\r\n"), record(kGetValues, 0),
        std::string(8, '\0')}) {
    FastcgiAnswer answer(kEnough);
    BOOST_TEST((fed(answer, text, kEnough) == State::malformed), text);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_larger_than_agreed_is_not_kept) {
  FastcgiAnswer answer(16);
  BOOST_TEST((fed(answer, whole(kReady), kEnough) == State::too_large));
}

BOOST_AUTO_TEST_CASE(what_goes_to_the_log_of_the_web_server_is_no_part_of_an_answer) {
  FastcgiAnswer answer(kEnough);
  BOOST_TEST((fed(answer, record(kStderr, 1, "Status: 500\r\n") + whole("Status: 200 OK\r\n\r\nfine"), 5) ==
              State::complete));
  BOOST_TEST(answer.answer()->status == 200);
  BOOST_TEST(answer.answer()->body == "fine");
}

BOOST_AUTO_TEST_CASE(an_answer_without_a_status_is_none) {
  for (const char* output : {"", "\r\n", "Content-Type: text/html\r\n\r\nhello", "Status: fine\r\n\r\n",
                             "Status: 99999999999\r\n\r\n", "hello"}) {
    FastcgiAnswer answer(kEnough);
    BOOST_TEST((fed(answer, whole(output), kEnough) == State::complete));
    BOOST_TEST(answer.answer().has_error(), output);
  }
}

BOOST_AUTO_TEST_SUITE_END()
