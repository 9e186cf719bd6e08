#include "gateway/transport/http/chunked_body.h"

#include <optional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::gateway {
namespace {

using namespace std::string_literals;

// The content of a body that is whole; nullopt: it is malformed or goes on. The body is fed in pieces of that
// size, from memory of their own.
std::optional<std::string> content_of(const std::string& bytes, std::size_t piece = 1) {
  ChunkedBody body;
  std::string content;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string part = bytes.substr(at, piece);
    const auto taken = body.feed(part, &content);
    if (!taken || (*taken < part.size() && !body.whole())) return std::nullopt;
  }
  return body.whole() ? std::optional(content) : std::nullopt;
}

bool is_malformed(const std::string& bytes) {
  const bool at_once = !ChunkedBody().feed(bytes, nullptr);
  ChunkedBody body;
  bool by_byte = false;
  for (const char byte : bytes) by_byte = by_byte || !body.feed({&byte, 1}, nullptr);
  BOOST_TEST(at_once == by_byte, bytes);
  return at_once;
}

BOOST_AUTO_TEST_SUITE(chunked_body)

BOOST_AUTO_TEST_CASE(chunks_are_put_together_however_they_are_cut) {
  const std::string bytes = "4\r\nab\r\n\r\n0A;name=\"a b\";x\r\n0123456789\r\n000\r\nX: y\r\nEmpty:\r\n\r\n";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece)
    BOOST_TEST((content_of(bytes, piece) == "ab\r\n0123456789"), piece);
  BOOST_TEST((content_of("0\r\n\r\n") == ""));
  for (std::size_t size = 0; size < bytes.size(); ++size) BOOST_TEST(!content_of(bytes.substr(0, size)));
}

BOOST_AUTO_TEST_CASE(what_follows_the_body_is_left) {
  ChunkedBody body;
  BOOST_TEST(body.feed("1\r\nx\r\n0\r\n\r\nGET /", nullptr).value() == 11U);
  BOOST_TEST(body.whole());
  BOOST_TEST(body.feed("more", nullptr).value() == 0U);
}

// Each is read in another way, or let through, by some server or proxy.
BOOST_AUTO_TEST_CASE(what_parsers_read_in_different_ways_is_malformed) {
  const std::vector<std::string> all = {"1\nx\r\n0\r\n\r\n",
                                        "1\r\nx\n0\r\n\r\n",
                                        "1\r\nx\r\n0\n\r\n",
                                        "1\r\nx\r\n0\r\n\n",
                                        "1\rx\r\n0\r\n\r\n",
                                        "1\r\nxy\r\n0\r\n\r\n",
                                        "1\r\nx0\r\n\r\n",
                                        "\r\n1\r\nx\r\n0\r\n\r\n",
                                        " 1\r\nx\r\n",
                                        "1 \r\nx\r\n",
                                        "1\t;a\r\nx\r\n",
                                        "+1\r\nx\r\n",
                                        "-1\r\nx\r\n",
                                        "0x1\r\nx\r\n",
                                        "1g\r\nx\r\n",
                                        ";a\r\n",
                                        "1;a\nb\r\nx\r\n",
                                        "1;a\rb\r\nx\r\n",
                                        "1;a=\"\r\n\"\r\nx\r\n\n",
                                        "1;\0\r\nx\r\n"s,
                                        "00000000000000001\r\nx\r\n",
                                        "fffffffffffffffff\r\nx\r\n",
                                        "1;" + std::string(255, 'x'),
                                        "0\r\nX\r\n\r\n",
                                        "0\r\n: y\r\n\r\n",
                                        "0\r\nX : y\r\n\r\n",
                                        "0\r\nX: y\r\n z\r\n\r\n",
                                        "0\r\nX: y\nZ: a\r\n\r\n",
                                        "0\r\nX: y\rZ: a\r\n\r\n",
                                        "0\r\nX: \x01\r\n\r\n",
                                        "0\r\nContent-length: 5\r\n\r\n",
                                        "0\r\nTransfer-Encoding: chunked\r\n\r\n",
                                        "0\r\nhost: a\r\n\r\n"};
  for (const std::string& bytes : all) BOOST_TEST(is_malformed(bytes), bytes);
}

BOOST_AUTO_TEST_CASE(the_largest_length_is_a_length) {
  BOOST_TEST(!is_malformed("ffffffffffffffff\r\nx"));
  BOOST_TEST(!is_malformed("1;" + std::string(253, 'x') + "\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::gateway
