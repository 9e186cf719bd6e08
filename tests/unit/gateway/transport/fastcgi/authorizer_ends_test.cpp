// lighttpd takes END_REQUEST without output for an authorizer's yes, and so it takes output without a Status.
// So whatever a front sends, no request of an authorizer ends in either way: what is no answer with a Status
// is a closed connection, which is a no.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "gateway/transport/fastcgi/codec.h"
#include "tests/support/fastcgi_records.h"

namespace session::gateway::test {
namespace {

struct Libfcgi {
  Libfcgi() { init_libfcgi(); }
};
BOOST_TEST_GLOBAL_FIXTURE(Libfcgi);

// Small, so that some of the pieces below pass it.
constexpr std::size_t kRequestBytes = 300;

struct Piece {
  const char* name;
  std::string bytes;
};

// What a front may send next, in any state.
std::vector<Piece> pieces() {
  return {
      {"begin 1", begin(1, true, kAuthorizer)},
      {"begin 1 unkept", begin(1, false, kAuthorizer)},
      {"begin 2", begin(2, true, kAuthorizer)},
      {"begin 1 as responder", begin(1, true, kResponder)},
      {"begin 1 as filter", begin(1, true, 3)},
      {"params", record(kParams, 1, pair("GATEWAY_ENDPOINT", "none") + pair("GATEWAY_ENDPOINT", "health"))},
      {"no params", record(kParams, 1, std::string("\0\0", 2))},
      {"half a pair", record(kParams, 1, "\5")},
      {"many params", record(kParams, 1, pair("A", std::string(250, 'x')))},
      {"a param that never comes", record(kParams, 1, "\1" + long_length(100'000'000))},
      {"params end", record(kParams, 1)},
      {"params end 2", record(kParams, 2)},
      {"stdin", record(kStdin, 1, "body")},
      {"stdin end", record(kStdin, 1)},
      {"data", record(kData, 1, "data")},
      {"abort", record(kAbort, 1)},
      {"abort 2", record(kAbort, 2)},
      {"get values", record(kGetValues, 0, pair("FCGI_MPXS_CONNS", ""))},
      {"unknown type", record(99, 1)},
      {"no record of a front", record(kStdout, 1)},
      {"no fastcgi", "GET / HTTP/1.1\r\n"},
  };
}

// Reads what the gateway sends, and keeps for each id what its output is so far.
struct Front {
  // Returns why an authorizer would take a request for allowed; empty: it would not.
  std::string read(std::string_view bytes) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    while (!bytes.empty()) {
      const unsigned id = at(2) << 8U | at(3);
      const std::size_t size = static_cast<std::size_t>(at(4)) << 8U | at(5);
      if (at(1) == kStdout) output[id] += bytes.substr(8, size);
      if (at(1) == kEnd && is_authorizer[id] && !output[id].starts_with("Status: ")) return "no status";
      if (at(1) == kEnd && is_authorizer[id] && output[id].starts_with("Status: 2") && !said_yes)
        return "a yes";
      if (at(1) == kEnd) output[id].clear();
      bytes.remove_prefix(8 + size + at(6));
    }
    return {};
  }

  std::map<unsigned, std::string> output;
  std::map<unsigned, bool> is_authorizer;
  bool said_yes = false;
};

struct Course {
  std::string objection;
  bool goes_on = false;  // the connection is still open
};

// Feeds pieces to a codec, and answers whole requests with the status, and others that are too large.
Course course_of(const std::vector<const Piece*>& sent, int status) {
  Parser parser(kRequestBytes);
  FramingLimits limits;
  limits.request_bytes = kRequestBytes;
  FastCgiCodec codec(limits, parser);
  Front front;
  front.said_yes = status == 204;
  for (const Piece* piece : sent) {
    if (piece->bytes[1] == kBegin) front.is_authorizer[piece->bytes[3]] = piece->bytes[9] == kAuthorizer;
    Codec::Outcome outcome = codec.feed(piece->bytes);
    std::string out;
    for (; outcome == Codec::Outcome::whole; outcome = codec.feed({})) {
      out += codec.take_reply();
      codec.append_response(out, Response{status, {}, {}});
    }
    out += codec.take_reply();
    if (outcome == Codec::Outcome::refused) codec.append_response(out, Response{413, {}, {}});
    if (std::string objection = front.read(out); !objection.empty()) return {std::move(objection)};
    if (outcome != Codec::Outcome::need_more) return {};
  }
  return {{}, true};
}

std::string names_of(const std::vector<const Piece*>& sent) {
  std::string names;
  for (const Piece* piece : sent) names.append(names.empty() ? "" : ", ").append(piece->name);
  return names;
}

// Returns how many sequences it has tried.
std::size_t check_all_that_begin_with(std::vector<const Piece*>& sent, const std::vector<Piece>& all,
                                      std::size_t more) {
  bool goes_on = false;
  for (const int status : {204, 401}) {
    const Course course = course_of(sent, status);
    if (!course.objection.empty())
      BOOST_ERROR(names_of(sent) << ", answered " << status << ": " << course.objection);
    goes_on = goes_on || course.goes_on;
  }
  std::size_t tried = 1;
  if (more == 0 || !goes_on) return tried;
  for (const Piece& next : all) {
    sent.push_back(&next);
    tried += check_all_that_begin_with(sent, all, more - 1);
    sent.pop_back();
  }
  return tried;
}

std::string objection_to(const std::string& bytes) {
  Front front;
  front.is_authorizer[1] = true;
  return front.read(bytes);
}

BOOST_AUTO_TEST_SUITE(authorizer_ends)

BOOST_AUTO_TEST_CASE(no_sequence_of_records_ends_an_authorizers_request_without_a_status) {
  const std::vector<Piece> all = pieces();
  for (std::size_t first = 0; first < 3; ++first) {
    std::vector<const Piece*> sent = {&all[first]};
    BOOST_TEST(check_all_that_begin_with(sent, all, 4) > 10'000U);
  }
}

BOOST_AUTO_TEST_CASE(the_check_above_sees_an_end_without_a_status) {
  BOOST_TEST(objection_to(end_request(1, kRequestComplete)) == "no status");
  BOOST_TEST(objection_to(record(kStdout, 1) + end_request(1, kCantMultiplex)) == "no status");
  BOOST_TEST(objection_to(record(kStdout, 1, "X-A: b\r\n\r\n") + end_request(1, 0)) == "no status");
  BOOST_TEST(objection_to(record(kStdout, 1, "Status: 200 OK\r\n\r\n") + end_request(1, 0)) == "a yes");
  BOOST_TEST(objection_to(refused_role(1, kUnknownRole)) == "");
  BOOST_TEST(objection_to(end_request(2, kRequestComplete)) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::gateway::test
