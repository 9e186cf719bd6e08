#include "gateway/nginx/syntax/lexer.h"

#include <algorithm>
#include <utility>

namespace session::gateway {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// What nginx makes of a backslash: \" \' \\ are the character, \t \r \n the control character, and before
// anything else the backslash stays.
std::string unescaped(std::string_view raw) {
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char after = i + 1 < raw.size() ? raw[i + 1] : '\0';
    if (raw[i] != '\\' || std::string_view("\"'\\trn").find(after) == std::string_view::npos ||
        after == '\0') {
      out += raw[i];
      continue;
    }
    out += after == 't' ? '\t' : after == 'r' ? '\r' : after == 'n' ? '\n' : after;
    ++i;
  }
  return out;
}

}  // namespace

void Lexer::advance() {
  if (here() == '\n') ++line_;
  ++at_;
}

void Lexer::skip_blanks() {
  while (!at_end() && (is_blank(here()) || here() == '#')) {
    if (here() == '#') {
      while (!at_end() && here() != '\n') ++at_;
    } else {
      advance();
    }
  }
}

Result<Word, Lexer::Wrong> Lexer::quoted_word() {
  const int line = line_;
  const char quote = here();
  advance();
  const std::size_t begin = at_;
  while (!at_end() && here() != quote && at_ - begin <= kMaxWordBytes) {
    if (here() == '\\') advance();
    if (!at_end()) advance();
  }
  if (at_end() || at_ - begin > kMaxWordBytes)
    return Wrong(line, "the " + std::string(1, quote) + " that opens here has no end");
  Word word{unescaped(text_.substr(begin, at_ - begin)), line};
  advance();
  // A quote ends the word: only these may follow. A ) begins the next word, for conditions.
  if (!at_end() && !is_blank(here()) && here() != ';' && here() != '{' && here() != ')')
    return Wrong(line_, "a blank or ; is missing behind the closing quote");
  return word;
}

Result<Word, Lexer::Wrong> Lexer::plain_word() {
  const int line = line_;
  const std::size_t begin = at_;
  bool dollar = false;  // ${name} is no block
  while (!at_end()) {
    const char c = here();
    if (c == '{' && dollar) {
      dollar = false;
    } else if (is_blank(c) || c == ';' || c == '{') {
      break;
    } else {
      dollar = c == '$';
      if (c == '\\') advance();
    }
    if (!at_end()) advance();
    if (at_ - begin > kMaxWordBytes) return Wrong(line, "this word is too long");
  }
  return Word{unescaped(text_.substr(begin, at_ - begin)), line};
}

Result<Word, Lexer::Wrong> Lexer::word() {
  return here() == '"' || here() == '\'' ? quoted_word() : plain_word();
}

Result<Lexer::Statement, Lexer::Wrong> Lexer::next() {
  Statement statement;
  for (;;) {
    skip_blanks();
    statement.line = line_;
    if (at_end()) {
      if (!statement.words.empty()) return Wrong(line_, "the file ends where a ; or { is expected");
      return statement;
    }
    const char c = here();
    if (c == ';' || c == '{' || c == '}') {
      if (statement.words.empty() != (c == '}')) return Wrong(line_, std::string("unexpected ") + c);
      ++at_;
      statement.ending = c == ';' ? Ending::semicolon : c == '{' ? Ending::block : Ending::block_end;
      return statement;
    }
    if (statement.words.size() == kMaxWords) return Wrong(line_, "this directive has too many arguments");
    auto got = word();
    if (!got) return got.error();
    statement.words.push_back(std::move(*got));
  }
}

void Lexer::skip_lua_string(char quote) {
  advance();
  // A string of Lua ends with its line, whatever it lacks; a backslash carries it on.
  while (!at_end() && here() != quote && here() != '\n') {
    if (here() == '\\') advance();
    if (!at_end()) advance();
  }
  if (!at_end() && here() == quote) advance();
}

bool Lexer::skip_lua_long_bracket() {
  std::size_t level = 1;
  while (at_ + level < text_.size() && text_[at_ + level] == '=') ++level;
  if (at_ + level >= text_.size() || text_[at_ + level] != '[') return false;
  const std::string close = "]" + std::string(level - 1, '=') + "]";
  at_ += level + 1;
  while (!at_end() && !sees(close)) advance();
  at_ = std::min(at_ + close.size(), text_.size());
  return true;
}

Result<bool, Lexer::Wrong> Lexer::skip_lua_block() {
  const int line = line_;
  for (std::size_t depth = 1; !at_end();) {
    const char c = here();
    if (sees("--")) {
      at_ += 2;
      if (!at_end() && here() == '[' && skip_lua_long_bracket()) continue;
      while (!at_end() && here() != '\n') ++at_;
    } else if (c == '"' || c == '\'') {
      skip_lua_string(c);
    } else if (c != '[' || !skip_lua_long_bracket()) {
      if (c == '{') ++depth;
      if (c == '}') --depth;
      advance();
      if (depth == 0) return true;
    }
  }
  return Wrong(line, "the block of Lua that opens here has no end");
}

}  // namespace session::gateway
