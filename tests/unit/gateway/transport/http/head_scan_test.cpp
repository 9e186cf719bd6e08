#include "gateway/transport/http/head_scan.h"

#include <string>

#include <boost/test/unit_test.hpp>

namespace session::gateway {
namespace {

constexpr auto kMore = HeadScan::Outcome::need_more;
constexpr auto kComplete = HeadScan::Outcome::complete;
constexpr auto kMalformed = HeadScan::Outcome::malformed;

HeadScan::Outcome scan(const std::string& text) { return HeadScan().feed(text); }

BOOST_AUTO_TEST_SUITE(head_scan)

BOOST_AUTO_TEST_CASE(the_block_ends_with_the_first_empty_line) {
  const std::string block = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  HeadScan scan;
  BOOST_TEST((scan.feed(block + "GET /next HTTP/1.1\r\n\r\n") == kComplete));
  BOOST_TEST(scan.size() == block.size());
}

BOOST_AUTO_TEST_CASE(it_is_found_however_the_bytes_are_cut) {
  const std::string block = "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\r\n";
  HeadScan scan;
  for (std::size_t size = 0; size < block.size(); ++size)
    BOOST_TEST((scan.feed(block.substr(0, size)) == kMore), size);
  BOOST_TEST((scan.feed(block) == kComplete));
  BOOST_TEST(scan.size() == block.size());
}

BOOST_AUTO_TEST_CASE(what_parsers_read_in_different_ways_is_malformed) {
  using namespace std::string_literals;
  for (const std::string& text :
       {"GET / HTTP/1.1\nHost: a\n\n"s, "GET / HTTP/1.1\r\nHost: a\n\r\n"s,
        "GET / HTTP/1.1\r\nX: a\rb\r\n\r\n"s, "GET / HTTP/1.1\r\nX: a\r\r\n\r\n"s,
        "GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n"s, "GET / HTTP/1.1\r\nX: a\r\n\tb\r\n\r\n"s,
        "GET / HTTP/1.1\r\n Host: a\r\n\r\n"s, " GET / HTTP/1.1\r\n\r\n"s,
        "GET / HTTP/1.1\r\nX: a\0b\r\n\r\n"s, "\n"s})
    BOOST_TEST((scan(text) == kMalformed), text);
}

BOOST_AUTO_TEST_CASE(it_is_told_before_the_block_is_whole) {
  BOOST_TEST((scan("GET / HTTP/1.1\n") == kMalformed));
  BOOST_TEST((scan("GET / HTTP/1.1\r\nX: a\rb") == kMalformed));
  BOOST_TEST((scan("GET / HTTP/1.1\r") == kMore));
  BOOST_TEST((scan("GET / HTTP/1.1\r\n ") == kMalformed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::gateway
