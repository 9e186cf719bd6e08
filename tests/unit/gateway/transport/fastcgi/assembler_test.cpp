#include "gateway/transport/fastcgi/assembler.h"

#include <algorithm>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/fastcgi_records.h"
#include "tests/support/visible.h"

namespace session::gateway::test {
namespace {

using Outcome = Assembler::Outcome;

// All that comes out of a connection's bytes, until it wants to be closed.
struct Seen {
  std::vector<std::string> requests;
  std::vector<std::uint16_t> ids;
  std::vector<bool> keeps;
  std::string replies;
  Outcome last = Outcome::need_more;
  std::string why;
  bool idle = false;  // if it goes on
  bool operator==(const Seen&) const = default;
};

void feed(Assembler& assembler, std::string_view piece, Seen& seen) {
  const std::string copy(piece);  // gone when this returns: nothing may point into it any longer
  seen.last = assembler.feed(copy);
  while (seen.last == Outcome::whole) {
    seen.requests.emplace_back(assembler.request());
    seen.ids.push_back(assembler.request_id());
    seen.keeps.push_back(assembler.keep_connection());
    seen.last = assembler.feed({});
  }
  seen.replies += assembler.take_reply();
}

Seen seen_in(const std::vector<std::string_view>& pieces, FramingLimits limits = {}) {
  Assembler assembler(limits);
  Seen seen;
  for (const std::string_view piece : pieces) {
    if (seen.last == Outcome::need_more) feed(assembler, piece, seen);
  }
  seen.why = assembler.why();
  seen.idle = seen.last == Outcome::need_more && assembler.idle();
  return seen;
}

std::vector<std::string_view> byte_by_byte(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < text.size(); ++at) pieces.push_back(text.substr(at, 1));
  return pieces;
}

void check_every_split(const std::string& input) {
  const std::string_view text = input;
  const Seen whole = seen_in({text});
  BOOST_TEST((seen_in(byte_by_byte(text)) == whole));
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    BOOST_TEST_CONTEXT("cut at " << cut) {
      BOOST_TEST((seen_in({text.substr(0, cut), text.substr(cut)}) == whole));
      const std::size_t half = cut / 2;
      BOOST_TEST((seen_in({text.substr(0, half), text.substr(half, cut - half), text.substr(cut)}) == whole));
    }
  }
}

const Pairs kPairs = {{"GATEWAY_ENDPOINT", "auth"}, {"EMPTY", ""}, {"LONG", std::string(140, 'v')}};

}  // namespace

BOOST_AUTO_TEST_SUITE(assembler)

BOOST_AUTO_TEST_CASE(a_request_comes_out_as_it_was_sent_however_it_is_cut) {
  const std::string text = pairs_text(kPairs);
  const std::vector<std::string> requests = {
      request(1, kPairs),
      request(65535, {}, "", false),
      request(256, {{"A", "b"}}, "a body"),
      begin(1) + stream(kParams, 1, text, 7) + stream(kStdin, 1, "a body in pieces", 3),
      begin(1, true, 1, 255) + stream(kParams, 1, text, 40, 255) + stream(kStdin, 1, "padded", 4, 7),
  };
  for (const std::string& bytes : requests) {
    const Seen seen = seen_in({bytes});
    BOOST_REQUIRE(seen.requests.size() == 1U);
    BOOST_TEST(visible(seen.requests[0]) == visible(bytes));
    BOOST_TEST(seen.idle);
    BOOST_TEST(seen.replies.empty());
    check_every_split(bytes);
  }
}

BOOST_AUTO_TEST_CASE(what_belongs_to_no_request_is_taken_out_wherever_it_stands) {
  const std::vector<std::string> records = {begin(3), record(kParams, 3, pair("A", "b")), record(kParams, 3),
                                            record(kStdin, 3, "body"), record(kStdin, 3)};
  std::string bare;
  for (const std::string& bytes : records) bare += bytes;
  struct Stranger {
    std::string bytes, reply;
  };
  const std::vector<Stranger> strangers = {{record(kGetValues, 0), record(kGetValuesResult, 0)},
                                           {record(99, 0, "?", 3), unknown_type(99)},
                                           {record(kStdin, 4, request(3, kPairs)), ""},
                                           {record(kData, 3, "data"), ""},
                                           {record(kAbort, 5), ""}};
  for (const Stranger& stranger : strangers) {
    for (std::size_t place = 0; place <= records.size(); ++place) {
      std::string input;
      for (std::size_t i = 0; i <= records.size(); ++i) {
        if (i == place) input += stranger.bytes;
        if (i < records.size()) input += records[i];
      }
      const Seen seen = seen_in({input});
      BOOST_REQUIRE(seen.requests.size() == 1U);
      BOOST_TEST(visible(seen.requests[0]) == visible(bare));
      BOOST_TEST(visible(seen.replies) == visible(stranger.reply));
      check_every_split(input);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_second_request_is_refused_and_the_first_comes_out_whole) {
  const std::string first = request(1, kPairs, "first");
  const std::string head = begin(1) + record(kParams, 1, pairs_text(kPairs));
  const std::string second = request(2, {{"B", "c"}}, request(1, {{"FORGED", "1"}}));
  const std::string input =
      head + second + first.substr(head.size()) + record(kStdin, 2, "late") + request(2, {}, "");
  const Seen seen = seen_in({input});
  BOOST_REQUIRE(seen.requests.size() == 2U);
  BOOST_TEST(visible(seen.requests[0]) == visible(first));
  BOOST_TEST(visible(seen.requests[1]) == visible(request(2, {}, "")));
  BOOST_TEST(visible(seen.replies) == visible(end_request(2, kCantMultiplex)));
  check_every_split(input);
}

BOOST_AUTO_TEST_CASE(pipelined_requests_come_out_in_order_each_with_its_id_and_flag) {
  const std::string input = request(1, {{"A", "1"}}, "one") + request(1, {{"A", "2"}}) +
                            request(700, {{"A", "3"}}, "three", false) + request(1, {{"A", "4"}});
  const Seen seen = seen_in({input});
  BOOST_REQUIRE(seen.requests.size() == 4U);
  BOOST_TEST(visible(seen.requests[1]) == visible(request(1, {{"A", "2"}})));
  BOOST_TEST(visible(seen.requests[2]) == visible(request(700, {{"A", "3"}}, "three", false)));
  BOOST_TEST(seen.ids == (std::vector<std::uint16_t>{1, 1, 700, 1}), boost::test_tools::per_element());
  BOOST_TEST((seen.keeps == std::vector<bool>{true, true, false, true}));
  check_every_split(input);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_itself_a_request_stays_a_body) {
  const std::string forged = request(1, {{"GATEWAY_ENDPOINT", "admin"}}, "x");
  const std::vector<std::string> inputs = {
      request(1, kPairs, forged),
      begin(1) + stream(kParams, 1, pairs_text(kPairs)) + stream(kStdin, 1, forged, 8),
      request(1, {{"A", forged.substr(0, forged.find('\0'))}}, forged + forged)};
  for (const std::string& input : inputs) {
    const Seen seen = seen_in({input});
    BOOST_REQUIRE(seen.requests.size() == 1U);
    BOOST_TEST(visible(seen.requests[0]) == visible(input));
    check_every_split(input);
  }
}

BOOST_AUTO_TEST_CASE(an_aborted_request_is_forgotten_and_the_next_one_is_whole) {
  const std::string next = request(1, kPairs, "next");
  const std::string head = begin(1) + stream(kParams, 1, pair("A", "b"));
  for (const std::string& given_up : {begin(1), begin(1) + record(kParams, 1, pair("A", "b")), head,
                                      head + record(kStdin, 1, "half a bo")}) {
    const std::string input = given_up + record(kAbort, 1) + next;
    const Seen seen = seen_in({input});
    BOOST_REQUIRE(seen.requests.size() == 1U);
    BOOST_TEST(visible(seen.requests[0]) == visible(next));
    BOOST_TEST(visible(seen.replies) == visible(end_request(1, kRequestComplete)));
    check_every_split(input);
  }
}

BOOST_AUTO_TEST_CASE(what_ends_a_connection_ends_it_however_it_is_cut) {
  const std::string good = request(1, kPairs, "good");
  struct Ending {
    std::string bytes;
    Outcome outcome;
    std::string why, reply;
  };
  const std::vector<Ending> endings = {
      {std::string("\2"), Outcome::close, "a record of another version", ""},
      {begin(1) + record(kStdin, 1), Outcome::close, "STDIN before the end of PARAMS", ""},
      {record(kStdout, 1, "x"), Outcome::close, "a record that only an application sends", ""},
      {begin(2, false, 3), Outcome::close, "", refused_role(2, kUnknownRole)},
      {begin(2, false, kAuthorizer) + record(kAbort, 2), Outcome::close, "",
       refused_role(2, kRequestComplete)},
      {begin(2, false) + record(kAbort, 2), Outcome::close, "", end_request(2, kRequestComplete)},
      {begin(2) + record(kParams, 2, std::string("\1\377\377\377\377", 5)), Outcome::too_large, "", ""},
  };
  for (const Ending& ending : endings) {
    const std::string input = good + ending.bytes + request(1, {{"NEVER", "read"}});
    const Seen seen = seen_in({input});
    BOOST_TEST(seen.requests.size() == 1U);
    BOOST_TEST((seen.last == ending.outcome));
    BOOST_TEST(seen.why == ending.why);
    BOOST_TEST(visible(seen.replies) == visible(ending.reply));
    check_every_split(input);
  }
}

BOOST_AUTO_TEST_CASE(the_id_of_a_request_that_is_too_large_is_known) {
  FramingLimits limits;
  limits.request_bytes = 100;
  Assembler assembler(limits);
  BOOST_TEST((assembler.feed(begin(513) + header(kParams, 513, 200)) == Outcome::too_large));
  BOOST_TEST(assembler.request_id() == 513);
}

BOOST_AUTO_TEST_CASE(a_connection_is_idle_only_between_requests) {
  const std::string bytes = request(1, kPairs, "body");
  Assembler assembler{FramingLimits()};
  BOOST_TEST(assembler.idle());
  for (std::size_t at = 0; at + 1 < bytes.size(); ++at) {
    BOOST_TEST((assembler.feed(bytes.substr(at, 1)) == Outcome::need_more));
    BOOST_TEST(!assembler.idle());
  }
  BOOST_TEST((assembler.feed(bytes.substr(bytes.size() - 1)) == Outcome::whole));
  BOOST_TEST((assembler.feed({}) == Outcome::need_more));
  BOOST_TEST(assembler.idle());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
