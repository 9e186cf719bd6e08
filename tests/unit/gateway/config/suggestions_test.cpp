#include "gateway/config/suggestions.h"

#include <boost/test/unit_test.hpp>

using namespace session::gateway;

namespace {

const std::vector<std::string_view> kWords = {"idle_timeout", "absolute_timeout", "level", "id",
                                              "connections"};

std::string near(std::string_view text) { return std::string(suggested(text, kWords).value_or("-")); }

}  // namespace

BOOST_AUTO_TEST_CASE(each_kind_of_typing_error_is_forgiven) {
  BOOST_TEST(near("levl") == "level");
  BOOST_TEST(near("leevel") == "level");
  BOOST_TEST(near("lavel") == "level");
  BOOST_TEST(near("elvel") == "level");
  BOOST_TEST(near("conections") == "connections");
}

BOOST_AUTO_TEST_CASE(case_and_a_dash_for_an_underscore_make_little_difference) {
  BOOST_TEST(near("LEVEL") == "level");
  BOOST_TEST(near("Idle-Timeout") == "idle_timeout");
  BOOST_TEST(near("idletimeout") == "idle_timeout");
}

BOOST_AUTO_TEST_CASE(long_words_forgive_more_errors_than_short_ones) {
  BOOST_TEST(near("absolut_timeuot") == "absolute_timeout");
  BOOST_TEST(near("lvl") == "-");
  BOOST_TEST(near("xy") == "-");
}

BOOST_AUTO_TEST_CASE(a_word_cut_short_or_gone_on_with_is_near) {
  BOOST_TEST(near("conn") == "connections");
  BOOST_TEST(near("levels_of_detail") == "level");
  BOOST_TEST(near("co") == "-");
}

BOOST_AUTO_TEST_CASE(nothing_is_near_to_another_word_or_to_nothing) {
  BOOST_TEST(near("redis") == "-");
  BOOST_TEST(near("") == "-");
  BOOST_TEST(!suggested("level", {}).has_value());
}

BOOST_AUTO_TEST_CASE(the_nearest_wins_and_among_equals_the_first) {
  BOOST_TEST(suggested("cat", {"cut", "car", "cat"}).value() == "cat");
  BOOST_TEST(suggested("cxt", {"cut", "cat"}).value() == "cut");
}

BOOST_AUTO_TEST_CASE(a_very_long_word_is_not_compared) { BOOST_TEST(near(std::string(100000, 'l')) == "-"); }

BOOST_AUTO_TEST_CASE(a_suggestion_is_the_end_of_a_sentence_or_nothing) {
  BOOST_TEST(suggestion("levle", kWords) == "; did you mean level?");
  BOOST_TEST(suggestion("redis", kWords) == "");
}
