#include "core/store/redis/resp/reply_scanner.h"

#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

using namespace std::string_literals;

const std::vector<std::string> kReplies = {"+OK\r\n",
                                           "+\r\n",
                                           "-ERR no\r\n",
                                           ":-12\r\n",
                                           "+a\rb\r\r\n",
                                           "$5\r\nhello\r\n",
                                           "$-1\r\n",
                                           "*-1\r\n",
                                           "*0\r\n",
                                           "$0\r\n\r\n",
                                           "$4\r\n\r\n$1\r\n",
                                           "*2\r\n$1\r\na\r\n:1\r\n",
                                           "*1\r\n*2\r\n*0\r\n$-1\r\n",
                                           "*3\r\n*2\r\n:1\r\n*1\r\n+a\r\n*0\r\n$1\r\nb\r\n"};

// The sizes of the replies in a stream that arrives in parts of that size.
std::vector<std::size_t> sizes(std::string_view stream, std::size_t part) {
  ReplyScanner scanner;
  std::vector<std::size_t> all;
  std::size_t begun = 0;
  for (std::size_t at = 0; at < stream.size(); at += part) {
    std::string_view rest = stream.substr(at, part);
    while (!rest.empty()) {
      const std::size_t size = scanner.scan(rest);
      BOOST_TEST_REQUIRE(size > 0u);
      rest.remove_prefix(size);
      begun += size;
      if (!scanner.between_replies()) continue;
      all.push_back(begun);
      begun = 0;
    }
  }
  return all;
}

bool follows(std::string_view stream) {
  ReplyScanner scanner;
  const bool all = scanner.scan(stream) == stream.size();
  BOOST_TEST(all);
  // Behind what it can follow another reply may begin.
  return scanner.between_replies() && scanner.scan("+OK\r\n+OK\r\n") == 5;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_reply_scanner)

BOOST_AUTO_TEST_CASE(the_end_of_each_reply_is_found_wherever_the_stream_is_cut) {
  std::string stream;
  std::vector<std::size_t> expected;
  for (const std::string& reply : kReplies) {
    stream += reply;
    expected.push_back(reply.size());
  }
  for (std::size_t part = 1; part <= stream.size(); ++part)
    BOOST_TEST(sizes(stream, part) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_part_of_a_reply_is_no_reply) {
  for (const std::string& reply : kReplies) {
    for (std::size_t size = 1; size < reply.size(); ++size) {
      ReplyScanner scanner;
      BOOST_TEST(scanner.between_replies());
      BOOST_TEST(scanner.scan(std::string_view(reply).substr(0, size)) == size);
      BOOST_TEST(!scanner.between_replies());
    }
  }
}

BOOST_AUTO_TEST_CASE(what_it_does_not_expect_belongs_to_a_reply_without_an_end) {
  for (const std::string& reply : kReplies) BOOST_TEST(follows(reply));
  for (const std::string stream :
       {"$-2\r\n", "$-0\r\n", "$--1\r\n", "$01\r\na\r\n", "$+1\r\na\r\n", "$ 1\r\na\r\n", "$\r\n", "*\r\n",
        "$1\ra\r\n", "*1x\r\n", "$9999999999999\r\n", "*9999999999999\r\n", ">1\r\n:1\r\n", "OK\r\n",
        "*1\r\n_\r\n"})
    BOOST_TEST(!follows(stream), stream);
}

BOOST_AUTO_TEST_CASE(who_gives_up_finds_no_end_any_more) {
  ReplyScanner scanner;
  scanner.give_up();
  BOOST_TEST(!scanner.between_replies());
  BOOST_TEST(scanner.scan(":1\r\n:2\r\n") == 8u);
  BOOST_TEST(!scanner.between_replies());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
