#include "gateway/nginx/syntax/parser.h"

#include <utility>

#include "core/base/escape.h"
#include "gateway/nginx/syntax/lexer.h"

namespace session::gateway {
namespace {

using Directives = std::vector<Directive>;

class Parser {
 public:
  Parser(const std::string& file, std::string_view text) : file_(file), lexer_(text) {}

  // The directives up to the end of the file or, `depth` > 0, of the block that was opened on that line.
  Result<Directives, SyntaxError> directives(std::size_t depth, int opened) {
    Directives all;
    for (;;) {
      auto statement = lexer_.next();
      if (!statement) return wrong(statement.error().line, statement.error().text);
      switch (statement->ending) {
        case Lexer::Ending::file_end:
          if (depth > 0) return wrong(opened, "the { that opens here has no }");
          return all;
        case Lexer::Ending::block_end:
          if (depth == 0) return wrong(statement->line, "unexpected }");
          return all;
        case Lexer::Ending::semicolon:
        case Lexer::Ending::block:
          all.push_back(made_of(*statement));
      }
      if (all.back().is_block) {
        if (const auto inner = read_block(all.back(), depth + 1, statement->line); !inner)
          return inner.error();
      }
    }
  }

 private:
  Result<bool, SyntaxError> read_block(Directive& block, std::size_t depth, int opened) {
    if (depth > kMaxBlockDepth) return wrong(opened, "blocks lie too deep in each other");
    if (block.name.ends_with("_by_lua_block")) {
      const auto skipped = lexer_.skip_lua_block();
      if (!skipped) return wrong(skipped.error().line, skipped.error().text);
      return true;
    }
    auto inner = directives(depth, opened);
    if (!inner) return inner.error();
    block.children = std::move(*inner);
    return true;
  }

  Directive made_of(Lexer::Statement& statement) const {
    Directive directive;
    directive.name = std::move(statement.words.front().text);
    directive.place = {file_, statement.words.front().line};
    directive.is_block = statement.ending == Lexer::Ending::block;
    for (std::size_t i = 1; i < statement.words.size(); ++i)
      directive.args.push_back(std::move(statement.words[i].text));
    return directive;
  }

  [[nodiscard]] SyntaxError wrong(int line, std::string text) const {
    return {{file_, line}, std::move(text)};
  }

  std::string file_;
  Lexer lexer_;
};

}  // namespace

std::string legible(std::string_view text) { return printable(text, Backslash::kept); }

std::string render(const Place& place) {
  std::string out = legible(place.file);
  if (place.line > 0) out += ":" + std::to_string(place.line);
  return out;
}

std::string render(const SyntaxError& error) { return render(error.place) + ": " + legible(error.text); }

Result<std::vector<Directive>, SyntaxError> parse_nginx(const std::string& file, std::string_view text) {
  return Parser(file, text).directives(0, 0);
}

}  // namespace session::gateway
