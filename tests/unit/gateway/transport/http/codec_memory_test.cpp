#include <time.h>

#include <algorithm>
#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/transport/http/codec.h"
#include "tests/support/allocations.h"
#include "tests/support/fake_clock.h"
#include "tests/support/loading.h"

// What requests by HTTP cost a connection. Thousands of connections idle, so what each of them keeps counts;
// and a peer may send each byte by itself.

namespace session::gateway {
namespace {

using Outcome = Codec::Outcome;
using session::test::allocations;

const std::string kHost = "Host: site.test\r\n";

std::string get(const std::string& fields) { return "GET /health HTTP/1.1\r\n" + kHost + fields + "\r\n"; }
std::string chunked(const std::string& body) {
  return "POST /session/self HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n" + body;
}

struct OneListener {
  [[nodiscard]] HttpCodec made() {
    return {HttpLimits(), 0, [this]() -> const HttpRoutes& { return routes; }, date};
  }
  // Answers all requests in it; returns the last outcome.
  static Outcome feed(HttpCodec& codec, std::string_view bytes, std::size_t piece) {
    Outcome outcome = Outcome::need_more;
    for (; !bytes.empty() && outcome == Outcome::need_more;
         bytes.remove_prefix(std::min(piece, bytes.size()))) {
      outcome = codec.feed(bytes.substr(0, piece));
      while (outcome == Outcome::whole) {
        std::string out;
        codec.append_response(out, {200, {}, {}});
        outcome = codec.feed({});
      }
    }
    return outcome;
  }
  // Memory that the connection holds after these bytes.
  std::size_t kept_after(const std::string& bytes, std::size_t piece) {
    const std::size_t before = allocations.live_bytes;
    HttpCodec codec = made();
    const Outcome outcome = feed(codec, bytes, piece);
    if (outcome == Outcome::refused) {
      std::string out;
      codec.append_response(out, {codec.refusal().status, {}, {}});
    }
    return allocations.live_bytes - before;
  }

  test::FakeClock clock;
  DateLine date{clock};
  HttpRoutes routes{settings("listen: [{ unix: /run/f.sock, protocol: http, serves: [session, health] }]\n"
                             "views: { self: { allow: [set] } }\n"),
                    {"unix:/run/f.sock"}};
};

BOOST_FIXTURE_TEST_SUITE(memory_of_an_http_codec, OneListener)

BOOST_AUTO_TEST_CASE(a_connection_that_idles_or_is_refused_keeps_little) {
  std::string tiny_fields;
  for (int i = 0; i < 12000; ++i) tiny_fields += "a:\r\n";
  std::string many;
  for (int i = 0; i < 2000; ++i) many += get("");
  std::string chunks;
  for (int i = 0; i < 5000; ++i) chunks += "1\r\nx\r\n";
  for (const std::string& bytes :
       {get("X: " + std::string(49000, 'x') + "\r\n"), get(tiny_fields), many,
        chunked("c000\r\n" + std::string(49152, 'x') + "\r\n0\r\n\r\n"), chunked(chunks + "0\r\n\r\n"),
        chunked("0\r\nX: " + std::string(49000, 'x') + "\r\n\r\n"), "GET /" + std::string(60000, 'x'),
        get(tiny_fields) + "?" + std::string(20000, 'x') + "\n", chunked(std::string(200000, 'x'))}) {
    for (const std::size_t piece : {500U, 65536U, 262144U})
      BOOST_TEST(kept_after(bytes, piece) < 16384U, "pieces of " << piece << " of " << bytes.substr(0, 60));
  }
}

BOOST_AUTO_TEST_CASE(a_body_that_nobody_takes_is_not_kept_while_it_comes) {
  const std::size_t before = allocations.live_bytes;
  HttpCodec codec = made();
  BOOST_TEST((codec.feed("POST /health HTTP/1.1\r\n" + kHost + "Content-Length: 100000\r\n\r\n") ==
              Outcome::need_more));
  for (int i = 0; i < 90; ++i) BOOST_TEST((codec.feed(std::string(1000, 'x')) == Outcome::need_more));
  BOOST_TEST(allocations.live_bytes - before < 16384U);
}

// Processor time, so that what else runs does not count.
std::chrono::nanoseconds spent() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

template <class Work>
std::chrono::nanoseconds least_cost(const Work& work) {
  auto least = std::chrono::nanoseconds::max();
  for (int run = 0; run < 3; ++run) {
    const auto begun = spent();
    work();
    least = std::min(least, spent() - begun);
  }
  return least;
}

// Eight times the bytes in one request take as long as eight requests: no byte is looked at again for each
// that follows.
BOOST_AUTO_TEST_CASE(a_request_that_comes_byte_by_byte_costs_what_its_bytes_cost) {
  const auto cost = [&](const std::string& bytes, int times) {
    return least_cost([&] {
      for (int i = 0; i < times; ++i) {
        HttpCodec codec = made();
        BOOST_TEST((feed(codec, bytes, 1) == Outcome::need_more));
      }
    });
  };
  const auto line = [](std::size_t size) { return "GET /" + std::string(size, 'x'); };
  const auto extension = [](std::size_t size) { return chunked("0\r\nX: \"" + std::string(size, '\\')); };
  BOOST_TEST((cost(line(49000), 1) < 4 * cost(line(49000 / 8), 8)));
  BOOST_TEST((cost(extension(120000), 1) < 4 * cost(extension(120000 / 8), 8)));
}

BOOST_AUTO_TEST_CASE(many_requests_in_one_piece_cost_what_they_cost_one_by_one) {
  std::string many;
  while (many.size() < std::size_t{1} << 20U) many += get("X: " + std::string(100, 'x') + "\r\n");
  const auto cost = [&](std::size_t piece) {
    return least_cost([&] {
      HttpCodec codec = made();
      BOOST_TEST((feed(codec, many, piece) == Outcome::need_more));
    });
  };
  BOOST_TEST((cost(many.size()) < 4 * cost(4096)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::gateway
