#include "core/store/redis/resp/format.h"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

using Words = std::initializer_list<std::string_view>;

// By the specification of RESP2.
std::string expected(Words words) {
  std::string text = "*" + std::to_string(words.size()) + "\r\n";
  for (const std::string_view word : words)
    text += "$" + std::to_string(word.size()) + "\r\n" + std::string(word) + "\r\n";
  return text;
}

std::string formatted(Words words) {
  std::string wire;
  append_command(wire, words);
  return wire;
}

std::string text_of(std::size_t size, char filled_with) { return std::string(size, filled_with); }

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_format)

BOOST_AUTO_TEST_CASE(commands_of_any_lengths_are_formatted_the_first_time_and_later) {
  for (int round = 0; round < 3; ++round) {
    for (std::size_t size = 0; size < 1100; size += size < 20 ? 1 : 37) {
      const std::string word = text_of(size, static_cast<char>('a' + round));
      BOOST_TEST(formatted({word}) == expected({word}));
      BOOST_TEST(formatted({"GETRANGE", word, "0", "65536"}) == expected({"GETRANGE", word, "0", "65536"}));
      BOOST_TEST(formatted({"X", word, word}) == expected({"X", word, word}));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_words_of_one_command_never_appear_in_another) {
  for (const char each : {'a', 'b', 'c'}) {
    const std::string key = text_of(70, each);
    BOOST_TEST(formatted({"PTTL", key}) == expected({"PTTL", key}));
    BOOST_TEST(formatted({key, "PTTL"}) == expected({key, "PTTL"}));
    BOOST_TEST(formatted({"", key, ""}) == expected({"", key, ""}));
  }
}

BOOST_AUTO_TEST_CASE(commands_of_as_many_words_and_bytes_as_there_are_forms_for_and_more) {
  BOOST_TEST(formatted({"1", "2", "3", "4", "5", "6", "7", "8"}) ==
             expected({"1", "2", "3", "4", "5", "6", "7", "8"}));
  BOOST_TEST(formatted({"1", "2", "3", "4", "5", "6", "7", "8", "9"}) ==
             expected({"1", "2", "3", "4", "5", "6", "7", "8", "9"}));
  for (const std::size_t size : {511, 512, 513, 100000}) {
    const std::string word = text_of(size, 'x');
    BOOST_TEST((formatted({word}) == expected({word})));
    BOOST_TEST((formatted({word, "1"}) == expected({word, "1"})));
  }
}

BOOST_AUTO_TEST_CASE(any_bytes_may_be_in_a_word) {
  const std::string bytes("\r\n$1\r\n\0\xff'\"%s", 13);
  BOOST_TEST((formatted({"SET", bytes, bytes}) == expected({"SET", bytes, bytes})));
  BOOST_TEST((formatted({"SET", std::string_view(), bytes}) == expected({"SET", "", bytes})));
}

BOOST_AUTO_TEST_CASE(a_command_is_appended) {
  std::string wire = formatted({"PTTL", "a"});
  append_command(wire, {"PTTL", "bc"});
  BOOST_TEST(wire == expected({"PTTL", "a"}) + expected({"PTTL", "bc"}));
}

BOOST_AUTO_TEST_CASE(each_thread_formats_for_itself) {
  std::vector<std::jthread> threads;
  std::vector<std::string> found(4);
  for (std::size_t i = 0; i < found.size(); ++i)
    threads.emplace_back([&, i] { found[i] = formatted({"PTTL", text_of(9, static_cast<char>('a' + i))}); });
  threads.clear();
  for (std::size_t i = 0; i < found.size(); ++i)
    BOOST_TEST(found[i] == expected({"PTTL", text_of(9, static_cast<char>('a' + i))}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
