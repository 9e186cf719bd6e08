#include "gateway/fronts/text_template.h"

#include <stdexcept>

#include <boost/test/unit_test.hpp>

using namespace session::gateway;

namespace {

TemplateValues some_values() {
  TemplateValues values;
  values.words = {{"name", "outer"}, {"empty", ""}, {"full", "yes"}};
  values.lists["item"] = {{{{"name", "one"}}, {{"part", {{{{"part", "a"}}, {}}, {{{"part", "b"}}, {}}}}}},
                          {{{"name", "two"}}, {{"part", {}}}}};
  values.lists["none"] = {};
  return values;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(text_template)

BOOST_AUTO_TEST_CASE(words_become_their_values_and_another_at_is_itself) {
  BOOST_TEST(fill_in("a @name@ b@full@@name@\n", some_values()) == "a outer byesouter\n");
  BOOST_TEST(fill_in("@passed status 200\nunix@/a unix@@name@ a@b @A@ @\n", some_values()) ==
             "@passed status 200\nunix@/a unix@outer a@b @A@ @\n");
  BOOST_TEST(fill_in("", some_values()) == "");
}

BOOST_AUTO_TEST_CASE(a_block_is_repeated_for_each_of_its_list_and_the_innermost_word_counts) {
  BOOST_TEST(fill_in("@name@\n@each item@\n  @name@\n  @each part@\n  @name@@part@\n  @end@\n@end@\n@name@\n",
                     some_values()) == "outer\n  one\n  onea\n  oneb\n  two\nouter\n");
  BOOST_TEST(fill_in("x\n@each none@\n@name@\n@end@\ny\n", some_values()) == "x\ny\n");
}

BOOST_AUTO_TEST_CASE(a_block_stays_if_its_word_has_a_value_or_has_none) {
  BOOST_TEST(fill_in("@if full@\na\n@end@\n@if empty@\nb\n@end@\n", some_values()) == "a\n");
  BOOST_TEST(fill_in("@if not full@\na\n@end@\n@if not empty@\nb\n@end@\n", some_values()) == "b\n");
}

BOOST_AUTO_TEST_CASE(a_template_that_names_what_there_is_not_is_a_bug) {
  for (const char* wrong : {"@nothing@\n", "@each nothing@\n@end@\n", "@if nothing@\n@end@\n",
                            "@each item@\n@name@\n", "@end@\n", "@if full@\n@each item@\n@end@\n"})
    BOOST_CHECK_THROW((void)fill_in(wrong, some_values()), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
