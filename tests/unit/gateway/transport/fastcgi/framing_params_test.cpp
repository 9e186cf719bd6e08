#include <boost/test/unit_test.hpp>

#include "gateway/transport/fastcgi/framing.h"
#include "tests/support/fastcgi_records.h"

// What a request's PARAMS may hold, and how much of everything a request may be.

namespace session::gateway::test {
namespace {

using Kind = Step::Kind;

struct Outcome {
  Kind kind;
  std::string why;
  bool operator==(const Outcome&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    return out << static_cast<int>(outcome.kind) << " " << outcome.why;
  }
};

// Sends records one by one; the first outcome that is not "take", or that of the last record.
Outcome outcome_of(const std::vector<std::string>& records, FramingLimits limits = {}) {
  Framing framing(limits);
  Step step;
  for (const std::string& bytes : records) {
    step = framing.next(bytes);
    if (step.kind != Kind::take) break;
  }
  return {step.kind, step.why};
}

// Of a PARAMS stream, cut into records of `most` bytes.
Outcome outcome_of_params(const std::string& text, std::size_t most = 65535, FramingLimits limits = {}) {
  std::vector<std::string> records = {begin(1)};
  for (std::size_t at = 0; at < text.size(); at += most)
    records.push_back(record(kParams, 1, text.substr(at, most)));
  records.push_back(record(kParams, 1));
  return outcome_of(records, limits);
}

const Outcome kTaken = {Kind::take, ""};
const Outcome kTooLarge = {Kind::too_large, ""};
const Outcome kNoPairs = {Kind::violation, "PARAMS that are no name-value pairs"};
const Outcome kCutShort = {Kind::violation, "PARAMS that end inside a pair"};

FramingLimits bytes_limit(std::size_t bytes) {
  FramingLimits limits;
  limits.request_bytes = bytes;
  return limits;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(params_are_name_value_pairs)

BOOST_AUTO_TEST_CASE(lengths_are_taken_in_either_form_and_cut_anywhere) {
  for (const std::size_t name : {1U, 2U, 126U, 127U, 128U, 129U, 255U, 256U}) {
    for (const std::size_t value : {0U, 1U, 127U, 128U, 300U}) {
      const std::string text = std::string(name, 'N') + std::string(value, 'v');
      const std::vector<std::string> forms = {
          length(name) + length(value), long_length(name) + long_length(value),
          length(name) + long_length(value), long_length(name) + length(value)};
      for (const std::string& lengths : forms) {
        for (const std::size_t most : {1U, 2U, 3U, 7U, 65535U}) {
          BOOST_TEST(outcome_of_params(lengths + text + pair("A", "b"), most) == kTaken);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(no_params_at_all_are_none) { BOOST_TEST(outcome_of_params("") == kTaken); }

BOOST_AUTO_TEST_CASE(params_that_end_inside_a_length_or_a_pair_are_refused_wherever_it_is) {
  const std::string text = pair("NAME", "value") + pair(std::string(130, 'N'), std::string(200, 'v'));
  for (std::size_t end = 1; end < text.size(); ++end) {
    const bool at_boundary = end == pair("NAME", "value").size();
    for (const std::size_t most : {1U, 5U, 65535U}) {
      BOOST_TEST(outcome_of_params(text.substr(0, end), most) == (at_boundary ? kTaken : kCutShort));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_libfcgi_would_read_as_another_param_is_refused) {
  using namespace std::string_literals;
  const std::vector<Pairs> refused = {{{"A=B", "c"}}, {{"=", ""}},    {{"A=", ""}},    {{"A\0B"s, "c"}},
                                      {{"\0"s, ""}},  {{"A", "\0"s}}, {{"A", "b\0"s}}, {{"A", "\0b"s}},
                                      {{"", ""}},     {{"", "b"}}};
  for (const Pairs& pairs : refused) {
    for (const std::size_t most : {1U, 2U, 65535U}) {
      BOOST_TEST(outcome_of_params(pairs_text(pairs), most) == kNoPairs);
      BOOST_TEST(outcome_of_params(pair("GATEWAY_ENDPOINT", "auth") + pairs_text(pairs), most) == kNoPairs);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_other_byte_is_taken) {
  std::string bytes;
  for (int c = 1; c < 256; ++c) {
    if (c != '=') bytes += static_cast<char>(c);
  }
  BOOST_TEST(outcome_of_params(pair(bytes, bytes + "=")) == kTaken);
}

BOOST_AUTO_TEST_CASE(streams_come_in_their_order) {
  const std::string params = record(kParams, 1, pair("A", "b"));
  const std::string end = record(kParams, 1);
  const Outcome late = {Kind::violation, "PARAMS after their end"};
  const Outcome early = {Kind::violation, "STDIN before the end of PARAMS"};
  BOOST_TEST(outcome_of({begin(1), params, end, params}) == late);
  BOOST_TEST(outcome_of({begin(1), params, end, end}) == late);
  BOOST_TEST(outcome_of({begin(1), params, end, record(kStdin, 1, "x"), params}) == late);
  BOOST_TEST(outcome_of({begin(1), record(kStdin, 1, "x")}) == early);
  BOOST_TEST(outcome_of({begin(1), params, record(kStdin, 1)}) == early);
  BOOST_TEST(outcome_of({begin(1), params, begin(1)}) ==
             (Outcome{Kind::violation, "BEGIN_REQUEST twice for one request"}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(limits_of_a_request)

BOOST_AUTO_TEST_CASE(as_many_params_as_the_limit_and_not_one_more) {
  FramingLimits limits;
  limits.params = 3;
  const std::string three = pair("A", "") + pair("B", "b") + pair("C", "");
  for (const std::size_t most : {1U, 65535U}) {
    BOOST_TEST(outcome_of_params(three, most, limits) == kTaken);
    BOOST_TEST(outcome_of_params(three + pair("D", ""), most, limits) == kTooLarge);
    // Known when its lengths are, before its bytes come.
    BOOST_TEST(outcome_of_params(three + std::string("\1\0", 2), most, limits) == kTooLarge);
  }
}

BOOST_AUTO_TEST_CASE(the_count_of_params_begins_anew_with_each_request) {
  FramingLimits limits;
  limits.params = 1;
  const auto one = [](std::uint16_t id) { return record(kParams, id, pair("A", "")); };
  Framing framing(limits);
  for (const std::uint16_t id : std::vector<std::uint16_t>{1, 1, 9}) {
    for (const std::string& bytes : {begin(id), one(id), record(kParams, id)}) {
      BOOST_TEST((framing.next(bytes).kind == Kind::take));
    }
    BOOST_TEST((framing.next(record(kStdin, id)).kind == Kind::complete));
  }
}

BOOST_AUTO_TEST_CASE(absurd_lengths_are_refused_before_their_bytes_come) {
  const std::size_t most = (std::size_t{1} << 31U) - 1;
  const std::vector<std::string> absurd = {
      long_length(most) + long_length(most), long_length(1) + long_length(most),
      long_length(most) + long_length(0),    long_length(131073) + length(0),
      length(1) + long_length(131072),       long_length(65536) + long_length(65537)};
  for (const std::string& lengths : absurd) {
    for (const std::size_t cut : {1U, 3U, 65535U}) BOOST_TEST(outcome_of_params(lengths, cut) == kTooLarge);
  }
}

BOOST_AUTO_TEST_CASE(a_request_of_exactly_the_limit_is_taken_and_one_byte_more_is_not) {
  const std::vector<std::string> records = {begin(1), record(kParams, 1, pair("A", "b"), 3),
                                            record(kParams, 1), record(kStdin, 1, "some body"),
                                            record(kStdin, 1, {}, 5)};
  std::size_t size = 0;
  for (const std::string& bytes : records) size += bytes.size();
  BOOST_TEST(outcome_of(records, bytes_limit(size)) == (Outcome{Kind::complete, ""}));
  BOOST_TEST(outcome_of(records, bytes_limit(size - 1)) == kTooLarge);
}

BOOST_AUTO_TEST_CASE(a_record_that_passes_the_limit_is_refused_by_its_header_alone) {
  for (const unsigned type : {kParams, kData}) {
    BOOST_TEST(outcome_of({begin(1), header(type, 1, 65535)}, bytes_limit(65558)) == kTooLarge);
    BOOST_TEST(outcome_of({begin(1), header(type, 1, 65535)}, bytes_limit(65559)) ==
               (Outcome{Kind::need_more, ""}));
  }
  const std::vector<std::string> body = {begin(1), record(kParams, 1), header(kStdin, 1, 100, 255)};
  BOOST_TEST(outcome_of(body, bytes_limit(16 + 8 + 8 + 354)) == kTooLarge);
  BOOST_TEST(outcome_of(body, bytes_limit(16 + 8 + 8 + 355)) == (Outcome{Kind::need_more, ""}));
}

BOOST_AUTO_TEST_CASE(the_size_is_counted_anew_with_each_request) {
  const std::string text = request(1, {{"A", "b"}}, "body");
  FramingLimits limits = bytes_limit(text.size());
  Framing framing(limits);
  for (int i = 0; i < 3; ++i) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const Step step = framing.next(rest);
      BOOST_REQUIRE((step.kind == Kind::take || step.kind == Kind::complete));
      rest.remove_prefix(step.size);
    }
  }
}

BOOST_AUTO_TEST_CASE(records_that_belong_to_no_request_count_for_none) {
  Framing framing(bytes_limit(64));
  const std::string large(60000, 'x');
  (void)framing.next(begin(1));
  for (int i = 0; i < 5; ++i) {
    BOOST_TEST((framing.next(record(kStdin, 2, large)).kind == Kind::skip));
    BOOST_TEST((framing.next(record(77, 0, large)).kind == Kind::skip));
  }
  BOOST_TEST((framing.next(record(kParams, 1)).kind == Kind::take));
  BOOST_TEST((framing.next(record(kStdin, 1)).kind == Kind::complete));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
