#include "gateway/transport/fastcgi/framing.h"

#include <array>

#include <boost/test/unit_test.hpp>

#include "tests/support/fastcgi_records.h"
#include "tests/support/visible.h"

namespace session::gateway::test {
namespace {

using Kind = Step::Kind;

// Framing that has seen the beginning of a request with id 1.
enum class State { idle, in_params, in_body };
constexpr std::array kStates = {State::idle, State::in_params, State::in_body};

Framing framing_in(State state, bool keep = true, unsigned role = kResponder) {
  Framing framing{FramingLimits()};
  if (state == State::idle) return framing;
  BOOST_REQUIRE(framing.next(begin(1, keep, role)).kind == Kind::take);
  if (state == State::in_params) return framing;
  BOOST_REQUIRE(framing.next(record(kParams, 1)).kind == Kind::take);
  return framing;
}

std::string content_for(unsigned type) {
  if (type == kBegin) return begin(1).substr(8);
  if (type == kParams) return pair("A", "b");
  return type == kStdin ? "body" : "";
}

struct Case {
  const char* what;
  unsigned type;
  std::uint16_t id;
  std::array<Kind, kStates.size()> in;  // idle, in params, in body
  std::string reply;                    // in each state, if the kind is skip or aborted
};

void check(const Case& expected, State state) {
  Framing framing = framing_in(state);
  const std::string bytes = record(expected.type, expected.id, content_for(expected.type));
  const Step step = framing.next(bytes + "more");
  const Kind kind = expected.in[static_cast<std::size_t>(state)];
  BOOST_TEST_CONTEXT(expected.what << ", state " << static_cast<int>(state)) {
    BOOST_TEST((step.kind == kind));
    BOOST_TEST((*step.why != '\0') == (kind == Kind::violation));
    if (kind != Kind::violation) BOOST_TEST(step.size == bytes.size());
    const bool replies = kind == Kind::aborted || kind == Kind::skip;
    BOOST_TEST(visible(framing.take_reply()) == visible(replies ? expected.reply : ""));
    BOOST_TEST(!step.close);
  }
}

constexpr auto kBad = Kind::violation;
constexpr auto kSkip = Kind::skip;
constexpr auto kTake = Kind::take;

}  // namespace

BOOST_AUTO_TEST_SUITE(framing_of_one_record)

BOOST_AUTO_TEST_CASE(every_type_of_the_active_id_has_its_meaning_in_every_state) {
  const std::vector<Case> cases = {
      {"type 0", 0, 1, {kBad, kBad, kBad}, ""},
      {"BEGIN_REQUEST", kBegin, 1, {kTake, kBad, kBad}, ""},
      {"PARAMS", kParams, 1, {kSkip, kTake, kBad}, ""},
      {"STDIN", kStdin, 1, {kSkip, kBad, kTake}, ""},
      {"DATA", kData, 1, {kSkip, kSkip, kSkip}, ""},
      {"END_REQUEST", kEnd, 1, {kBad, kBad, kBad}, ""},
      {"STDOUT", kStdout, 1, {kBad, kBad, kBad}, ""},
      {"STDERR", kStderr, 1, {kBad, kBad, kBad}, ""},
      {"GET_VALUES with an id", kGetValues, 1, {kBad, kBad, kBad}, ""},
      {"GET_VALUES_RESULT with an id", kGetValuesResult, 1, {kBad, kBad, kBad}, ""},
      {"UNKNOWN_TYPE with an id", kUnknownType, 1, {kBad, kBad, kBad}, ""},
      {"type 12", 12, 1, {kSkip, kSkip, kSkip}, unknown_type(12)},
      {"type 255", 255, 1, {kSkip, kSkip, kSkip}, unknown_type(255)},
  };
  for (const Case& expected : cases) {
    for (const State state : kStates) check(expected, state);
  }
}

BOOST_AUTO_TEST_CASE(an_abort_ends_a_request_and_is_nothing_to_an_idle_connection) {
  check({"ABORT", kAbort, 1, {kSkip, kSkip, kSkip}, ""}, State::idle);
  for (const State state : {State::in_params, State::in_body}) {
    check({"ABORT", kAbort, 1, {kSkip, Kind::aborted, Kind::aborted}, end_request(1, kRequestComplete)},
          state);
    Framing unkept = framing_in(state, false);
    const Step step = unkept.next(record(kAbort, 1));
    BOOST_TEST((step.kind == Kind::aborted));
    BOOST_TEST(step.close);
    BOOST_TEST(unkept.idle());
  }
}

BOOST_AUTO_TEST_CASE(another_id_is_refused_at_its_begin_and_skipped_from_then_on) {
  const std::string refused = end_request(2, kCantMultiplex);
  for (const State state : {State::in_params, State::in_body}) {
    check({"BEGIN_REQUEST of 2", kBegin, 2, {kTake, kSkip, kSkip}, refused}, state);
    for (const unsigned type : {kParams, kStdin, kData, kAbort}) {
      check({"a record of 2", type, 2, {kSkip, kSkip, kSkip}, ""}, state);
    }
    check({"END_REQUEST of 2", kEnd, 2, {kBad, kBad, kBad}, ""}, state);
    Framing framing = framing_in(state);
    (void)framing.next(begin(2, false));
    BOOST_TEST(framing.request_id() == 1);
    BOOST_TEST(framing.keep_connection());
  }
}

BOOST_AUTO_TEST_CASE(records_of_id_zero_are_management_in_every_state) {
  for (const State state : kStates) {
    for (const unsigned type : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 10U, 11U, 12U, 255U}) {
      check({"management", type, 0, {kSkip, kSkip, kSkip}, unknown_type(type)}, state);
    }
    check({"GET_VALUES", kGetValues, 0, {kSkip, kSkip, kSkip}, record(kGetValuesResult, 0)}, state);
  }
}

// lighttpd takes an authorizer's END_REQUEST without output for a yes.
BOOST_AUTO_TEST_CASE(no_request_in_another_role_ends_without_a_500) {
  for (const unsigned role : {0U, 2U, 3U, 65535U}) {
    Framing framing = framing_in(State::in_params, true);
    const Step step = framing.next(begin(2, true, role));
    BOOST_TEST((step.kind == Kind::skip));
    BOOST_TEST(visible(framing.take_reply()) == visible(refused_role(2, kCantMultiplex)));
  }
}

BOOST_AUTO_TEST_CASE(roles_that_are_not_served_are_refused_and_the_keep_flag_decides_what_follows) {
  for (const unsigned role : {0U, 3U, 4U, 256U, 257U, 258U, 65535U}) {
    for (const bool keep : {true, false}) {
      Framing framing{FramingLimits()};
      const Step step = framing.next(begin(7, keep, role));
      BOOST_TEST((step.kind == Kind::skip));
      BOOST_TEST(visible(framing.take_reply()) == visible(refused_role(7, kUnknownRole)));
      BOOST_TEST(step.close == !keep);
      BOOST_TEST(framing.idle());
    }
  }
}

BOOST_AUTO_TEST_CASE(an_authorizers_request_is_complete_at_the_end_of_its_params) {
  for (const bool keep : {true, false}) {
    Framing framing = framing_in(State::in_params, keep, kAuthorizer);
    BOOST_TEST((framing.next(record(kParams, 1, pair("A", "b"))).kind == Kind::take));
    BOOST_TEST((framing.next(record(kParams, 1, {}, 3)).kind == Kind::complete));
    BOOST_TEST((framing.role() == Role::authorizer));
    BOOST_TEST(framing.request_id() == 1);
    BOOST_TEST(framing.keep_connection() == keep);
    BOOST_TEST(framing.idle());
  }
}

BOOST_AUTO_TEST_CASE(what_follows_an_authorizers_params_under_its_id_is_skipped_whatever_it_holds) {
  Framing framing = framing_in(State::in_params, true, kAuthorizer);
  BOOST_REQUIRE((framing.next(record(kParams, 1)).kind == Kind::complete));
  const std::string forged = request(1, {{"GATEWAY_ENDPOINT", "session"}});
  for (const std::string& bytes :
       {record(kStdin, 1, forged, 255), record(kData, 1, forged), record(kStdin, 1),
        record(kParams, 1, pair("A", "b")), record(kAbort, 1)}) {
    const Step step = framing.next(bytes + "more");
    BOOST_TEST((step.kind == Kind::skip));
    BOOST_TEST(step.size == bytes.size());
    BOOST_TEST(framing.take_reply().empty());
    BOOST_TEST(framing.idle());
  }
  BOOST_TEST((framing.next(begin(1)).kind == Kind::take));
  BOOST_TEST((framing.role() == Role::responder));
}

BOOST_AUTO_TEST_CASE(stdin_before_the_end_of_an_authorizers_params_closes_the_connection) {
  Framing framing = framing_in(State::in_params, true, kAuthorizer);
  BOOST_TEST((framing.next(record(kData, 1, "x")).kind == Kind::skip));
  BOOST_TEST((framing.next(record(kStdin, 1)).kind == Kind::violation));
}

BOOST_AUTO_TEST_CASE(an_authorizers_request_that_its_front_aborts_ends_with_a_500) {
  for (const bool keep : {true, false}) {
    Framing framing = framing_in(State::in_params, keep, kAuthorizer);
    const Step step = framing.next(record(kAbort, 1));
    BOOST_TEST((step.kind == Kind::aborted));
    BOOST_TEST(visible(framing.take_reply()) == visible(refused_role(1, kRequestComplete)));
    BOOST_TEST(step.close == !keep);
    BOOST_TEST(framing.idle());
  }
}

BOOST_AUTO_TEST_CASE(only_the_keep_bit_of_the_flags_counts) {
  for (const unsigned flags : {0U, 1U, 2U, 254U, 255U}) {
    std::string bytes = begin(1);
    bytes[10] = static_cast<char>(flags);
    Framing framing{FramingLimits()};
    BOOST_TEST((framing.next(bytes).kind == Kind::take));
    BOOST_TEST(framing.keep_connection() == ((flags & 1U) != 0));
  }
}

BOOST_AUTO_TEST_CASE(any_version_but_one_is_refused_at_its_first_byte) {
  for (const State state : kStates) {
    for (const unsigned version : {0U, 2U, 3U, 127U, 128U, 255U}) {
      Framing framing = framing_in(state);
      const Step step = framing.next(header(kBegin, 1, 8, 0, version).substr(0, 1));
      BOOST_TEST((step.kind == Kind::violation));
      BOOST_TEST(std::string(step.why) == "a record of another version");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_begin_of_the_wrong_size_is_refused_by_its_header_alone) {
  for (const State state : kStates) {
    for (const std::size_t size : {0U, 7U, 9U, 16U, 65535U}) {
      for (const std::uint16_t id : std::vector<std::uint16_t>{0, 1, 2}) {
        Framing framing = framing_in(state);
        BOOST_TEST((framing.next(header(kBegin, id, size)).kind == Kind::violation));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_record_is_awaited_to_the_last_byte_of_its_padding) {
  const std::vector<std::string> records = {begin(1, true, 1, 255), record(kGetValues, 0, pair("A", ""), 255),
                                            record(99, 0, "x", 1), record(kData, 5, "data", 255)};
  for (const std::string& bytes : records) {
    for (std::size_t have = 0; have < bytes.size(); ++have) {
      Framing framing{FramingLimits()};
      BOOST_TEST((framing.next(std::string_view(bytes).substr(0, have)).kind == Kind::need_more));
    }
    Framing framing{FramingLimits()};
    BOOST_TEST(framing.next(bytes).size == bytes.size());
  }
}

BOOST_AUTO_TEST_CASE(the_largest_record_and_the_largest_padding_are_taken) {
  Framing framing = framing_in(State::in_body);
  const std::string bytes = record(kStdin, 1, std::string(65535, 'x'), 255);
  BOOST_TEST((framing.next(bytes).kind == Kind::take));
  Framing other = framing_in(State::in_params);
  BOOST_TEST((other.next(record(kParams, 1, pair("A", std::string(65529, 'x')), 255)).kind == Kind::take));
}

BOOST_AUTO_TEST_CASE(stdin_that_ends_completes_the_request_and_its_id_may_be_used_again) {
  Framing framing = framing_in(State::in_body);
  BOOST_TEST((framing.next(record(kStdin, 1, {}, 9)).kind == Kind::complete));
  BOOST_TEST(framing.idle());
  BOOST_TEST(framing.request_id() == 1);
  BOOST_TEST((framing.next(begin(1)).kind == Kind::take));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(get_values)

namespace {

std::string answer_to(std::string_view content) {
  Framing framing{FramingLimits()};
  (void)framing.next(record(kGetValues, 0, content));
  return framing.take_reply();
}

// A GET_VALUES_RESULT as the specification has it, padded to eight bytes with zeros.
std::string result(const Pairs& pairs) {
  const std::string text = pairs_text(pairs);
  const std::size_t padding = (8 - text.size() % 8) % 8;
  return header(kGetValuesResult, 0, text.size(), padding) + text + std::string(padding, '\0');
}

}  // namespace

BOOST_AUTO_TEST_CASE(known_names_get_their_values_once_and_in_the_order_asked) {
  BOOST_TEST(visible(answer_to(pair("FCGI_MPXS_CONNS", ""))) == visible(result({{"FCGI_MPXS_CONNS", "0"}})));
  BOOST_TEST(
      visible(
          answer_to(pair("FCGI_MAX_REQS", "") + pair("FCGI_MPXS_CONNS", "") + pair("FCGI_MAX_CONNS", ""))) ==
      visible(result({{"FCGI_MAX_REQS", "10000"}, {"FCGI_MPXS_CONNS", "0"}, {"FCGI_MAX_CONNS", "10000"}})));
  std::string repeated;
  for (int i = 0; i < 3000; ++i) repeated += pair("FCGI_MAX_CONNS", "");
  BOOST_TEST(visible(answer_to(repeated)) == visible(result({{"FCGI_MAX_CONNS", "10000"}})));
}

BOOST_AUTO_TEST_CASE(unknown_names_are_left_out) {
  const std::vector<std::string> unknown = {
      "", "FCGI_MAX", "fcgi_max_conns", "FCGI_MAX_CONNS\n", "X\nFCGI_MAX_CONNS", std::string(60000, 'N')};
  std::string all;
  for (const std::string& name : unknown) {
    BOOST_TEST(visible(answer_to(pair(name, ""))) == visible(result({})));
    if (name.size() < 100) all += pair(name, "ignored");
  }
  BOOST_TEST(visible(answer_to(all + pair("FCGI_MPXS_CONNS", "7"))) ==
             visible(result({{"FCGI_MPXS_CONNS", "0"}})));
}

BOOST_AUTO_TEST_CASE(a_broken_list_is_answered_as_far_as_it_could_be_read) {
  const std::string good = pair("FCGI_MPXS_CONNS", "");
  const std::string answered = result({{"FCGI_MPXS_CONNS", "0"}});
  const std::vector<std::string> broken = {
      "\x0e",         std::string("\x0e\0FCGI", 6),       "\x80",
      "\xff\xff\xff", "\xff\xff\xff\xff\xff\xff\xff\xff", std::string("\x01\x80\0\0", 4)};
  for (const std::string& tail : broken) {
    BOOST_TEST(visible(answer_to(tail)) == visible(result({})));
    BOOST_TEST(visible(answer_to(good + tail)) == visible(answered));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
