#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/partial_json_fixture.h"

// Texts that nobody thought of, always the same ones.
namespace session::test {
namespace {

using namespace std::string_literals;

// What records come to be by bytes flipped, taken away, put in and doubled.
std::string mutated(std::string text, std::mt19937& random) {
  static const std::vector<std::string> pieces = {"\"user\":1,",
                                                  "\"a\":",
                                                  "-0",
                                                  "1e400",
                                                  "18446744073709551616",
                                                  "\\u0061",
                                                  "\\ud83d",
                                                  "\\",
                                                  "\"",
                                                  "{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  ",",
                                                  ":",
                                                  "null",
                                                  "0.0",
                                                  "-",
                                                  "\xc3",
                                                  "\xed\xa0\x80",
                                                  "\xef\xbb\xbf",
                                                  "ü",
                                                  " ",
                                                  "\n",
                                                  "true",
                                                  "\0"s,
                                                  "{\"a\":{}}"};
  const auto below = [&](std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
  };
  for (std::size_t changes = 1 + below(3); changes > 0 && !text.empty(); --changes) {
    const std::size_t at = below(text.size());
    switch (below(5)) {
      case 0:
        text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ (1U << below(8)));
        break;
      case 1:
        text.erase(at, 1 + below(4));
        break;
      case 2:
        text.insert(at, pieces[below(pieces.size())]);
        break;
      case 3:
        text.replace(at, 1, pieces[below(pieces.size())]);
        break;
      default:  // a part once more: members come to stand twice
        text.insert(at, text.substr(below(text.size()), 1 + below(20)));
    }
  }
  return text;
}

// Values of all kinds, written with white space and escapes that to_text would not write.
class Writer {
 public:
  explicit Writer(std::mt19937& random) : random_(random) {}

  std::string object(std::size_t depth) {
    std::string text = "{" + space();
    const std::size_t members = below(7);
    for (std::size_t i = 0; i < members; ++i) {
      static constexpr std::array<const char*, 8> kNames = {"user",   "data", "a",       "groups",
                                                            "cookie", "",     "\\u0061", "ü"};
      text += (i > 0 ? "," : "") + space() + "\"" + kNames[below(kNames.size())];
      // Mostly not the same name twice.
      if (below(4) > 0) text += std::to_string(i);
      text += "\"" + space() + ":" + value(depth);
    }
    return text + space() + "}";
  }

 private:
  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }
  std::string space() { return below(6) == 0 ? " " : ""; }
  std::string value(std::size_t depth) {
    switch (below(depth == 0 ? 6 : 8)) {
      case 0:
        return std::to_string(static_cast<std::int64_t>(std::uint64_t{random_()} << below(33)) - 5000);
      case 1:
        return std::to_string(below(2000)) + "." + std::to_string(below(100000)) +
               (below(2) == 0 ? "e" : "E-") + std::to_string(below(320));
      case 2:
        return below(2) == 0 ? "-0" : "null";
      case 3:
        return "true";
      case 4:
        return R"("\u00)" + std::to_string(10 + below(90)) + "ü\"";
      case 5:
        return "\"" + std::string(below(40), 's') + "\"";
      case 6:
        return "[" + value(depth - 1) + "," + space() + value(depth - 1) + "]";
      default:
        return object(depth - 1);
    }
  }
  std::mt19937& random_;
};

BOOST_FIXTURE_TEST_SUITE(partial_json_random, JsonComparison)

BOOST_AUTO_TEST_CASE(thousands_of_damaged_records_are_read_as_parse_json_reads_them) {
  std::mt19937 random(20260101);
  std::size_t taken = 0;
  for (int i = 0; i < 8000; ++i) {
    const std::string text = mutated(kRecords[static_cast<std::size_t>(i) % kRecords.size()], random);
    taken += parse_json(text).has_value() ? 1 : 0;
    compare(text);
  }
  BOOST_TEST(taken > 300U);  // else there was little to compare
  BOOST_TEST(taken < 7700U);
}

BOOST_AUTO_TEST_CASE(thousands_of_generated_records_are_read_as_parse_json_reads_them) {
  std::mt19937 random(20260102);
  Writer writer(random);
  std::size_t taken = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string text = writer.object(4);
    taken += parse_json(text).has_value() ? 1 : 0;
    compare(text);
  }
  BOOST_TEST(taken > 1000U);
  BOOST_TEST(taken < 3900U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
