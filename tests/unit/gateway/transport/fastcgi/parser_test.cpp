#include "gateway/transport/fastcgi/parser.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "gateway/transport/fastcgi/assembler.h"
#include "tests/support/fastcgi_records.h"
#include "tests/support/visible.h"

namespace session::gateway::test {
namespace {

constexpr std::size_t kMax = 131072;

struct Libfcgi {
  Libfcgi() { init_libfcgi(); }
};
BOOST_TEST_GLOBAL_FIXTURE(Libfcgi);

// What the framing check passes is what libfcgi gets: nothing here is parsed that the daemon would not parse.
ParsedRequest parse(Parser& parser, const std::string& records, std::size_t most = kMax) {
  FramingLimits limits;
  limits.request_bytes = most;
  Assembler assembler(limits);
  BOOST_REQUIRE((assembler.feed(records) == Assembler::Outcome::whole));
  auto parsed = parser.parse(assembler.request());
  BOOST_REQUIRE(parsed.has_value());
  return std::move(*parsed);
}

ParsedRequest parse(const std::string& records) {
  static Parser parser(kMax);
  return parse(parser, records);
}

std::size_t open_descriptors() {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

// The values of all params of that name.
std::vector<std::string_view> values_of(const ParsedRequest& parsed, std::string_view name) {
  std::vector<std::string_view> values;
  parsed.params().for_each([&](std::string_view each, std::string_view value) {
    if (each == name) values.push_back(value);
  });
  return values;
}

// The value of the only param of that name.
std::string_view value_of(const ParsedRequest& parsed, std::string_view name) {
  const auto values = values_of(parsed, name);
  BOOST_REQUIRE(values.size() == 1U);
  return values.front();
}

void check_params(const ParsedRequest& parsed, const Pairs& pairs) {
  BOOST_TEST(parsed.params().size() == pairs.size());
  for (const auto& [name, value] : pairs) {
    const auto values = values_of(parsed, name);
    BOOST_TEST(std::count(values.begin(), values.end(), value) >= 1, "param " << visible(name));
  }
}

// `size` bytes, all different from those near them, NULs and newlines included.
std::string bytes(std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(i * 31 + i / 251);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parser)

BOOST_AUTO_TEST_CASE(params_and_body_are_what_was_sent) {
  const Pairs pairs = {{"GATEWAY_ENDPOINT", "auth"},
                       {"EMPTY", ""},
                       {"EQUALS", "a=b=c"},
                       {"LINES", "one\ntwo\r\n\tthree"},
                       {"BYTES", "\x01\x7f\x80\xff"},
                       {"a name with spaces", " value with spaces "},
                       {std::string(127, 'N'), std::string(127, 'v')},
                       {std::string(128, 'N'), std::string(128, 'v')},
                       {std::string(3000, 'N'), "x"}};
  const ParsedRequest parsed = parse(request(1, pairs, "the body"));
  check_params(parsed, pairs);
  BOOST_TEST(parsed.value().body == "the body");
}

BOOST_AUTO_TEST_CASE(repeated_names_all_come_in_their_order) {
  const ParsedRequest parsed =
      parse(request(1, {{"HTTP_COOKIE", "a"}, {"B", ""}, {"HTTP_COOKIE", ""}, {"HTTP_COOKIE", "c"}}));
  const std::vector<std::string_view> expected = {"a", "", "c"};
  BOOST_TEST(values_of(parsed, "HTTP_COOKIE") == expected, boost::test_tools::per_element());
  BOOST_TEST(values_of(parsed, "HTTP_COOK").empty());
  BOOST_TEST(parsed.value().headers.all("Cookie") == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_params_and_no_body_are_a_request) {
  const ParsedRequest parsed = parse(request(1, {}));
  check_params(parsed, {});
  BOOST_TEST(parsed.value().body.empty());
}

BOOST_AUTO_TEST_CASE(a_value_of_64_kib_comes_whole) {
  const Pairs pairs = {{"HTTP_COOKIE", std::string(65536, 'c')}, {"AFTER", "it"}};
  check_params(parse(request(1, pairs)), pairs);
}

BOOST_AUTO_TEST_CASE(records_of_any_cut_give_the_same_request) {
  const Pairs pairs = {
      {"GATEWAY_ENDPOINT", "session"}, {std::string(200, 'N'), std::string(300, 'v')}, {"E", ""}};
  const std::string body = bytes(1000);
  for (const std::size_t most : {1U, 2U, 3U, 100U, 65535U}) {
    const ParsedRequest parsed =
        parse(begin(1) + stream(kParams, 1, pairs_text(pairs), most) + stream(kStdin, 1, body, most));
    check_params(parsed, pairs);
    BOOST_TEST((parsed.value().body == body));
  }
}

BOOST_AUTO_TEST_CASE(padding_is_never_read_as_anything) {
  const Pairs pairs = {{"GATEWAY_ENDPOINT", "session"}, {"LONG", std::string(300, 'v')}};
  const std::string text = pairs_text(pairs);
  for (const std::size_t padding : {1U, 7U, 8U, 9U, 16U, 255U}) {
    BOOST_TEST_CONTEXT("padding of " << padding) {
      for (int where = 0; where < 32; ++where) {
        const auto pad = [&](int bit) { return (where >> bit & 1) != 0 ? padding : 0; };
        const std::string records = begin(1, true, 1, pad(0)) + record(kParams, 1, text, pad(1)) +
                                    record(kParams, 1, {}, pad(2)) + record(kStdin, 1, "body", pad(3)) +
                                    record(kStdin, 1, {}, pad(4));
        const ParsedRequest parsed = parse(records);
        check_params(parsed, pairs);
        BOOST_TEST(parsed.value().body == "body");
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(records_hidden_in_padding_are_not_found) {
  const std::string forged = record(kParams, 1, pair("GATEWAY_ENDPOINT", "admin")) + record(kParams, 1);
  const auto with_padding = [](std::string bytes, const std::string& padding) {
    bytes[6] = static_cast<char>(padding.size());
    return bytes + padding;
  };
  const std::string params = record(kParams, 1, pair("GATEWAY_ENDPOINT", "auth"));
  const std::string records = with_padding(begin(1), forged) + with_padding(params, forged) +
                              with_padding(record(kParams, 1), record(kStdin, 1, "forged")) +
                              with_padding(record(kStdin, 1, "body"), record(kStdin, 1)) + record(kStdin, 1);
  const ParsedRequest parsed = parse(records);
  check_params(parsed, {{"GATEWAY_ENDPOINT", "auth"}});
  BOOST_TEST(parsed.value().body == "body");
}

BOOST_AUTO_TEST_CASE(a_request_of_exactly_the_limit_is_parsed) {
  for (const std::size_t limit : {1000U, 4096U, 8192U, 131072U}) {
    Parser parser(limit);
    const std::string empty = request(1, {{"A", ""}}, "");
    // One or two more STDIN records, with a header each.
    const std::size_t records = limit > 65535 ? 2 : 1;
    const std::string body = bytes(limit - empty.size() - 8 * records);
    const std::string text = request(1, {{"A", ""}}, body);
    BOOST_REQUIRE(text.size() == limit);
    BOOST_TEST((parse(parser, text, limit).value().body == body));
    BOOST_TEST((parse(parser, empty, limit).value().body.empty()));
  }
}

BOOST_AUTO_TEST_CASE(bodies_of_every_size_come_whole) {
  for (const std::size_t size :
       {1U, 7U, 8U, 9U, 4095U, 4096U, 4097U, 8191U, 8192U, 8193U, 65535U, 65536U, 120000U}) {
    const std::string body = bytes(size);
    BOOST_TEST((parse(request(1, {{"A", "b"}}, body)).value().body == body), "size " << size);
  }
}

BOOST_AUTO_TEST_CASE(a_body_that_is_a_forged_request_is_a_body_and_is_not_the_next_request) {
  const std::string forged = request(1, {{"GATEWAY_ENDPOINT", "admin"}}, "x");
  const ParsedRequest parsed = parse(request(1, {{"GATEWAY_ENDPOINT", "auth"}}, forged));
  BOOST_TEST((parsed.value().body == forged));
  const ParsedRequest next = parse(request(1, {{"GATEWAY_ENDPOINT", "health"}}));
  BOOST_TEST(value_of(next, "GATEWAY_ENDPOINT") == "health");
  BOOST_TEST(next.value().body.empty());
}

BOOST_AUTO_TEST_CASE(a_parsed_request_outlives_the_next_one) {
  const ParsedRequest first = parse(request(1, {{"A", "first"}}, "1"));
  const ParsedRequest second = parse(request(2, {{"A", "second"}}, "2"));
  BOOST_TEST(value_of(first, "A") == "first");
  BOOST_TEST(value_of(second, "A") == "second");
}

BOOST_AUTO_TEST_CASE(what_framing_would_not_pass_is_refused_and_the_next_request_is_parsed) {
  Parser parser(kMax);
  const std::size_t before = open_descriptors();
  const std::string good = request(1, {{"A", "b"}}, "body");
  for (const std::string& bad :
       {std::string(kMax + 1, 'x'), std::string("\2\1\0\1\0\0\0\0", 8), good.substr(0, good.size() - 8),
        begin(1), std::string(), good + good, good + stream(kStdin, 1, "more"), begin(1) + good,
        begin(1) + record(kStdin, 1) + stream(kParams, 1, pair("A", "b")),
        begin(1) + stream(kParams, 2, pair("A", "b")) + stream(kStdin, 1, "body")}) {
    BOOST_TEST(!parser.parse(bad).has_value());
    BOOST_TEST(parse(parser, good).value().body == "body");
  }
  BOOST_TEST(open_descriptors() == before);
}

BOOST_AUTO_TEST_CASE(a_thousand_requests_leak_no_descriptor) {
  Parser parser(kMax);
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 1000; ++i) {
    const bool keep = i % 2 == 0;
    const std::string body = bytes(static_cast<std::size_t>(i));
    BOOST_REQUIRE((parse(parser, request(1, {{"A", "b"}}, body, keep)).value().body == body));
  }
  BOOST_TEST(open_descriptors() == before);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
