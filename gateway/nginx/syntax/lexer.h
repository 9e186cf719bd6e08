#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "gateway/nginx/syntax/syntax.h"

namespace session::gateway {

// The longest word and the most words of one directive that are read. nginx's own buffer for a directive has
// 4,096 bytes.
inline constexpr std::size_t kMaxWordBytes = 4096;
inline constexpr std::size_t kMaxWords = 4096;

// Splits the text of one file into directives by the rules of nginx 1.22 (ngx_conf_read_token): the ends of
// words, quotes, backslashes, comments. The only directives that it knows are *_by_lua_block, whose blocks
// are Lua. Keeps a view of the text, which must outlive it.
class Lexer {
 public:
  enum class Ending { semicolon, block, block_end, file_end };
  struct Statement {
    std::vector<Word> words;  // none before block_end and file_end
    Ending ending = Ending::file_end;
    int line = 0;  // where it ends
  };
  // A line and what is wrong there.
  struct Wrong {
    Wrong() = default;
    Wrong(int l, std::string t) : line(l), text(std::move(t)) {}
    int line = 0;
    std::string text;
  };

  explicit Lexer(std::string_view text) : text_(text) {}

  // The next statement; file_end at the end, again and again.
  [[nodiscard]] Result<Statement, Wrong> next();

  // Skips the rest of a Lua block up to its closing brace, by Lua's rules for comments, strings and long
  // brackets. REQUIRES: next() has just returned the beginning of the block.
  [[nodiscard]] Result<bool, Wrong> skip_lua_block();

 private:
  [[nodiscard]] Result<Word, Wrong> word();
  [[nodiscard]] Result<Word, Wrong> quoted_word();
  [[nodiscard]] Result<Word, Wrong> plain_word();
  void skip_blanks();
  void skip_lua_string(char quote);
  // Skips a long bracket ([[ or [==[), and returns whether there was one.
  bool skip_lua_long_bracket();
  void advance();
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char here() const { return text_[at_]; }
  [[nodiscard]] bool sees(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace session::gateway
