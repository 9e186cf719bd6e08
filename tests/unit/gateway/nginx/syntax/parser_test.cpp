#include "gateway/nginx/syntax/parser.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/nginx/syntax/lexer.h"

using namespace session::gateway;

namespace {

std::string shown(const std::vector<Directive>& directives) {
  std::string out;
  for (const Directive& directive : directives) {
    out += std::to_string(directive.place.line) + ":" + directive.name;
    for (const std::string& arg : directive.args) out += "|" + arg;
    if (directive.is_block) out += "{" + shown(directive.children) + "}";
    out += " ";
  }
  return out;
}

// The directives as line:name|arg{children}, or the error as it is printed.
std::string parsed(const std::string& text) {
  const auto directives = parse_nginx("a.conf", text);
  return directives ? shown(*directives) : render(directives.error());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(words)

BOOST_AUTO_TEST_CASE(blanks_and_line_breaks_part_words) {
  BOOST_TEST(parsed("a b\tc\r\n d;e;") == "1:a|b|c|d 2:e ");
  BOOST_TEST(parsed("") == "");
  BOOST_TEST(parsed(" \n# only a comment") == "");
}

BOOST_AUTO_TEST_CASE(comments_begin_where_a_word_could) {
  BOOST_TEST(parsed("a b#c # d ; }\n e;") == "1:a|b#c|e ");
  BOOST_TEST(parsed("a '# no' \"#\";") == "1:a|# no|# ");
}

BOOST_AUTO_TEST_CASE(quotes_keep_what_would_end_a_word) {
  BOOST_TEST(parsed("a \"b ; { } ' c\" 'd \" e\nf' g;\nh;") == "1:a|b ; { } ' c|d \" e\nf|g 3:h ");
  BOOST_TEST(parsed("a \"\" '';") == "1:a|| ");
  BOOST_TEST(parsed("a b\"c;") == "1:a|b\"c ");
}

BOOST_AUTO_TEST_CASE(backslashes_mean_what_they_mean_to_nginx) {
  BOOST_TEST(parsed(R"(a "b\"c" 'd\'e' f\ g h\;i j\\k;)") == R"(1:a|b"c|d'e|f\ g|h\;i|j\k )");
  BOOST_TEST(parsed(R"(a \n\r\t \d+\.php$ "\d\\d";)") == "1:a|\n\r\t|\\d+\\.php$|\\d\\d ");
  BOOST_TEST(parsed(R"(a \"b\" c;)") == "1:a|\"b\"|c ");
}

BOOST_AUTO_TEST_CASE(a_variable_in_braces_opens_no_block) {
  BOOST_TEST(parsed("a ${b}c ${d};") == "1:a|${b}c|${d} ");
  BOOST_TEST(parsed("a $b{c;}") == "1:a|$b{1:c } ");
}

BOOST_AUTO_TEST_CASE(a_brace_within_a_word_opens_a_block_and_does_not_close_one) {
  BOOST_TEST(parsed("a{b;}c;") == "1:a{1:b } 1:c ");
  BOOST_TEST(parsed("a }b;") == "a.conf:1: unexpected }");
  BOOST_TEST(parsed("a b};") == "1:a|b} ");
}

BOOST_AUTO_TEST_CASE(a_closing_quote_ends_the_word) {
  BOOST_TEST(parsed("if ($a = \"b\") { c; }") == "1:if|($a|=|b|){1:c } ");
  BOOST_TEST(parsed("a \"b\"c;") == "a.conf:1: a blank or ; is missing behind the closing quote");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(blocks)

BOOST_AUTO_TEST_CASE(directives_know_the_line_where_their_name_stands) {
  BOOST_TEST(parsed("a {\n  b c\n    d;\n\n  e { f; }\n}\ng;") == "1:a{2:b|c|d 5:e{5:f } } 7:g ");
}

BOOST_AUTO_TEST_CASE(lua_is_skipped_with_its_own_braces_and_comments) {
  BOOST_TEST(parsed("a_by_lua_block {\n local t = { a = '}' } -- }\n --[[ } \n ]] x = [==[ } ]] ]==] y = "
                    "\"\\\"}\"\n}\nb;") == "1:a_by_lua_block{} 6:b ");
  BOOST_TEST(parsed("location / { content_by_lua_block { ngx.say('{') } a; }") ==
             "1:location|/{1:content_by_lua_block{} 1:a } ");
  BOOST_TEST(parsed("\na_by_lua_block { { }") == "a.conf:2: the block of Lua that opens here has no end");
  BOOST_TEST(parsed("a_by_lua_block { x = [[ }") == "a.conf:1: the block of Lua that opens here has no end");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(errors)

BOOST_AUTO_TEST_CASE(what_is_not_balanced_is_told_with_its_line) {
  BOOST_TEST(parsed("a;\n}\n") == "a.conf:2: unexpected }");
  BOOST_TEST(parsed("a {\n b {\n c;\n }\n") == "a.conf:1: the { that opens here has no }");
  BOOST_TEST(parsed("a {\n b {\n c;\n") == "a.conf:2: the { that opens here has no }");
  BOOST_TEST(parsed("a {} ;") == "a.conf:1: unexpected ;");
  BOOST_TEST(parsed("{") == "a.conf:1: unexpected {");
}

BOOST_AUTO_TEST_CASE(what_has_no_end_is_told_with_the_line_where_it_begins) {
  BOOST_TEST(parsed("a;\nb 'c\nd;\n") == "a.conf:2: the ' that opens here has no end");
  BOOST_TEST(parsed("a;\nb \"c\\\"") == "a.conf:2: the \" that opens here has no end");
  BOOST_TEST(parsed("a b\n\n") == "a.conf:3: the file ends where a ; or { is expected");
  BOOST_TEST(parsed("a \\") == "a.conf:1: the file ends where a ; or { is expected");
}

BOOST_AUTO_TEST_CASE(words_directives_and_blocks_have_limits) {
  const std::string longest(kMaxWordBytes, 'x');
  BOOST_TEST(parsed(longest + ";") == "1:" + longest + " ");
  BOOST_TEST(parsed("\n" + longest + "x;") == "a.conf:2: this word is too long");
  BOOST_TEST(parsed("\"" + longest + "\";") == "1:" + longest + " ");
  BOOST_TEST(parsed("\"" + longest + "x\";") == "a.conf:1: the \" that opens here has no end");
  std::string words = "a";
  for (std::size_t i = 1; i < kMaxWords; ++i) words += " b";
  BOOST_TEST(parsed(words + ";").size() == 2 + 2 * kMaxWords);
  BOOST_TEST(parsed(words + " b;") == "a.conf:1: this directive has too many arguments");
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "a {";
    return text + std::string(depth, '}');
  };
  BOOST_TEST(parsed(nested(kMaxBlockDepth)).starts_with("1:a{1:a{"));
  BOOST_TEST(parsed(nested(kMaxBlockDepth + 1)) == "a.conf:1: blocks lie too deep in each other");
}

BOOST_AUTO_TEST_CASE(any_bytes_are_directives_or_one_printable_line) {
  const auto nothing = parse_nginx("b\n\x1b.conf", std::string("\0\xff }", 4));
  BOOST_REQUIRE(!nothing);
  BOOST_TEST(render(nothing.error()) == "b\\x0a\\x1b.conf:1: unexpected }");
  BOOST_TEST(parsed(std::string("\0\xff;", 3)) == std::string("1:\0\xff ", 5));
}

BOOST_AUTO_TEST_SUITE_END()
