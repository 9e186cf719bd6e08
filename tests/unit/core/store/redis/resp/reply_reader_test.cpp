// What a server sends is cut into replies, however it arrives, and what is no reply is an error.

#include "core/store/redis/resp/reply_reader.h"

#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/replies.h"

namespace session::test {
namespace {

using namespace std::string_literals;

constexpr std::size_t kMax = 100;
constexpr const char* kNotResp = "error: what came is not RESP2, or too large";
constexpr const char* kTooLarge = "error: a reply is too large";

// Takes out what is whole, as text; the last word is about what is not.
std::string take_all(ReplyReader& reader) {
  std::string all;
  for (;;) {
    const auto reply = reader.next();
    if (!reply) return all + "error: " + reply.error();
    if (!*reply) return all + (reader.empty() ? "end" : "unfinished");
    all += shown(**reply) + " ";
  }
}

std::string read_whole(std::string_view stream, std::size_t most = kMax) {
  ReplyReader reader(most);
  reader.feed(stream);
  return take_all(reader);
}

// The same, looking for replies after each byte.
std::string read_bytewise(std::string_view stream, std::size_t most = kMax) {
  ReplyReader reader(most);
  std::string all;
  for (std::size_t i = 0; i < stream.size(); ++i) {
    reader.feed(stream.substr(i, 1));
    const std::string taken = take_all(reader);
    const bool wrong = taken.find("error:") != std::string::npos;
    const bool last = i + 1 == stream.size();
    all += wrong || last ? taken : taken.substr(0, taken.find_last_of(' ') + 1);
    if (wrong) break;
  }
  return all;
}

std::string bulk_of(std::size_t size) {
  return "$" + std::to_string(size) + "\r\n" + std::string(size, 'x') + "\r\n";
}

std::string array_of(std::size_t size) {
  std::string text = "*" + std::to_string(size) + "\r\n";
  for (std::size_t i = 0; i < size; ++i) text += ":1\r\n";
  return text;
}

std::string nested(int deep) {
  std::string text;
  for (int i = 0; i < deep; ++i) text += "*1\r\n";
  return text + ":1\r\n";
}

bool is_error(const std::string& text) { return text == kNotResp || text == kTooLarge; }

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_reply_reader)

// --- Replies ---

BOOST_AUTO_TEST_CASE(every_kind_of_reply_is_read) {
  BOOST_TEST(read_whole("+OK\r\n") == "+OK end");
  BOOST_TEST(read_whole("+\r\n") == "+ end");
  BOOST_TEST(read_whole("-ERR no\r\n") == "-ERR no end");
  BOOST_TEST(read_whole(":-12\r\n") == ":-12 end");
  BOOST_TEST(read_whole(":9223372036854775807\r\n") == ":9223372036854775807 end");
  BOOST_TEST(read_whole("$5\r\nhello\r\n") == "\"hello\" end");
  BOOST_TEST(read_whole("$0\r\n\r\n") == "\"\" end");
  BOOST_TEST(read_whole("*0\r\n") == "[] end");
  BOOST_TEST(read_whole("*2\r\n$1\r\na\r\n:1\r\n") == "[\"a\", :1] end");
}

BOOST_AUTO_TEST_CASE(a_nil_bulk_string_and_a_nil_array_are_nil) {
  BOOST_TEST(read_whole("$-1\r\n") == "nil end");
  BOOST_TEST(read_whole("*-1\r\n") == "nil end");
  BOOST_TEST(read_whole("*3\r\n$-1\r\n*-1\r\n*0\r\n") == "[nil, nil, []] end");
}

BOOST_AUTO_TEST_CASE(a_bulk_string_may_hold_any_bytes) {
  const std::string bytes = "\r\n$5\r\n\0\xff"s;
  BOOST_TEST((read_whole("$8\r\n" + bytes + "\r\n") == '"' + bytes + "\" end"));
}

BOOST_AUTO_TEST_CASE(arrays_stand_in_arrays_in_order) {
  BOOST_TEST(read_whole("*3\r\n*2\r\n:1\r\n*1\r\n+a\r\n*0\r\n$1\r\nb\r\n:2\r\n") ==
             "[[:1, [+a]], [], \"b\"] :2 end");
}

BOOST_AUTO_TEST_CASE(a_stream_split_anywhere_gives_the_same_replies) {
  const std::string stream =
      "+OK\r\n-ERR no\r\n:12\r\n$5\r\nhe\r\no\r\n$-1\r\n*-1\r\n$0\r\n\r\n*0\r\n"
      "*3\r\n*2\r\n:1\r\n*1\r\n+a\r\n*0\r\n$1\r\nb\r\n:2\r\n";
  const std::string expected = read_whole(stream);
  BOOST_TEST(expected.ends_with(":2 end"));
  BOOST_TEST(read_bytewise(stream) == expected);
  for (std::size_t at = 1; at < stream.size(); ++at) {
    ReplyReader reader(kMax);
    reader.feed(std::string_view(stream).substr(0, at));
    const std::string first = take_all(reader);
    reader.feed(std::string_view(stream).substr(at));
    BOOST_TEST(first.substr(0, first.find_last_of(' ') + 1) + take_all(reader) == expected);
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_left_only_at_the_end_of_a_reply) {
  for (const std::string stream : {"$5\r\nhello\r\n", "*2\r\n:1\r\n*1\r\n+a\r\n", ":1\r\n", "*-1\r\n"}) {
    ReplyReader reader(kMax);
    BOOST_TEST(reader.empty());
    for (std::size_t i = 0; i < stream.size(); ++i) {
      reader.feed(std::string_view(stream).substr(i, 1));
      BOOST_TEST(!reader.empty());
      const bool whole = reader.next()->has_value();
      BOOST_TEST(whole == (i + 1 == stream.size()));
      BOOST_TEST(reader.empty() == whole);
    }
  }
}

// --- Limits ---

BOOST_AUTO_TEST_CASE(a_part_has_the_most_bytes_and_not_one_more_however_it_arrives) {
  const auto in_an_array = [](const std::string& part) { return "*2\r\n:1\r\n" + part; };
  for (const std::size_t most : {kMax, std::size_t{10}, std::size_t{5000}}) {
    const std::string value = '"' + std::string(most, 'x') + '"';
    BOOST_TEST((read_whole(bulk_of(most), most) == value + " end"));
    BOOST_TEST((read_bytewise(bulk_of(most), most) == value + " end"));
    BOOST_TEST((read_whole(in_an_array(bulk_of(most)), most) == "[:1, " + value + "] end"));
    for (const std::string& large : {bulk_of(most + 1), "+" + std::string(most + 1, 'x') + "\r\n",
                                     "-" + std::string(most + 1, 'x') + "\r\n"}) {
      BOOST_TEST(is_error(read_whole(large, most)));
      BOOST_TEST(is_error(read_bytewise(large, most)));
      BOOST_TEST(is_error(read_whole(in_an_array(large), most)));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_part_that_does_not_end_is_not_waited_for) {
  for (const std::string begin :
       {"$900000000\r\n", "$99999999999999\r\n", "$9223372036854775807\r\n", "+", "-", ":", "*", "$"}) {
    ReplyReader reader(kMax);
    reader.feed(begin);
    BOOST_TEST(take_all(reader) == "unfinished");
    const std::string more(kMax + 64, '1');
    reader.feed(more);
    BOOST_TEST(take_all(reader) == kTooLarge);
  }
}

BOOST_AUTO_TEST_CASE(many_parts_may_be_more_than_the_most_bytes_of_one) {
  BOOST_TEST(read_whole(array_of(100)).ends_with("] end"));
  BOOST_TEST(read_bytewise(array_of(100)).ends_with("] end"));
}

BOOST_AUTO_TEST_CASE(a_reply_has_65536_elements_and_not_one_more) {
  BOOST_TEST(read_whole(array_of(65536)).ends_with("] end"));
  BOOST_TEST(read_whole(array_of(65537)) == kNotResp);
  BOOST_TEST(read_whole("*65537\r\n") == kNotResp);
  BOOST_TEST(read_whole("*2147483648\r\n") == kNotResp);
}

BOOST_AUTO_TEST_CASE(the_most_elements_may_be_more_or_fewer) {
  for (const std::size_t most : {std::size_t{5}, std::size_t{70000}}) {
    ReplyReader reader(kMax, most);
    const std::string stream = array_of(most) + array_of(most) + array_of(most + 1);
    reader.feed(stream);
    const std::string all = take_all(reader);
    BOOST_TEST(all.find("] [") != std::string::npos);
    BOOST_TEST(all.ends_with(std::string("] ") + kNotResp));
  }
}

BOOST_AUTO_TEST_CASE(elements_of_inner_arrays_count_and_each_reply_counts_anew) {
  const std::string half = array_of(32767);
  BOOST_TEST(read_whole("*2\r\n" + half + half).ends_with("] end"));
  BOOST_TEST(read_whole("*2\r\n" + half + array_of(32768)) == kNotResp);
  BOOST_TEST(read_whole("*2\r\n" + half + half + "*2\r\n" + half + half).ends_with("] end"));
}

BOOST_AUTO_TEST_CASE(arrays_are_nested_eight_deep_and_not_deeper) {
  BOOST_TEST(read_whole(nested(8)) == "[[[[[[[[:1]]]]]]]] end");
  BOOST_TEST(read_bytewise(nested(8)) == "[[[[[[[[:1]]]]]]]] end");
  BOOST_TEST(read_whole(nested(9)) == kNotResp);
}

// --- What is no reply ---

BOOST_AUTO_TEST_CASE(what_is_not_resp2_is_an_error) {
  for (const std::string stream : {"HTTP/1.1 400 Bad Request\r\n\r\n",
                                   "\r\n",
                                   " +OK\r\n",
                                   "OK\r\n",
                                   "$-2\r\n",
                                   "$-5\r\n",
                                   "*-2\r\n",
                                   "*-5\r\n",
                                   "$12a\r\n",
                                   "$a\r\n",
                                   "$\r\n",
                                   "*\r\n",
                                   "*1x\r\n",
                                   ":\r\n",
                                   ":12a\r\n",
                                   ":1.5\r\n",
                                   "$99999999999999999999\r\n",
                                   ":9223372036854775808\r\n",
                                   "*99999999999999999999\r\n",
                                   "*1\r\n*-2\r\n",
                                   "*1\r\nx\r\n",
                                   "\x16\x03\x01",
                                   "\x15\x03\x01"}) {
    BOOST_TEST(read_whole(stream) == kNotResp);
    BOOST_TEST(read_bytewise(stream) == kNotResp);
  }
}

BOOST_AUTO_TEST_CASE(the_types_of_resp3_are_none_of_ours) {
  for (const std::string stream :
       {"_\r\n", "#t\r\n", ",1.5\r\n", "(12345\r\n", "!5\r\nERR x\r\n", "=7\r\ntxt:abc\r\n",
        "%1\r\n+a\r\n:1\r\n", "~1\r\n:1\r\n", ">1\r\n:1\r\n", "|1\r\n+a\r\n:1\r\n"})
    BOOST_TEST(read_whole(stream) == kNotResp);
}

BOOST_AUTO_TEST_CASE(replies_before_an_error_are_whole_and_after_it_there_are_none) {
  ReplyReader reader(kMax);
  reader.feed(":1\r\n+OK\r\nwhat?\r\n:2\r\n");
  BOOST_TEST(take_all(reader) == ":1 +OK "s + kNotResp);
  BOOST_TEST(take_all(reader) == kNotResp);
  reader.feed(":3\r\n");
  BOOST_TEST(take_all(reader) == kNotResp);
}

BOOST_AUTO_TEST_CASE(what_is_fed_before_the_former_was_read_is_read_all_the_same) {
  ReplyReader reader(kMax);
  for (const std::string_view part : {":1\r", "\n$3\r\nab", "c\r\n+O", "K\r\n"}) reader.feed(part);
  BOOST_TEST(take_all(reader) == ":1 \"abc\" +OK end");
  reader.feed("*1\r\n:2\r\n:3\r\n");
  BOOST_TEST(take_all(reader) == "[:2] :3 end");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
