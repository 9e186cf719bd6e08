#include "gateway/fronts/text_template.h"

#include <algorithm>
#include <stdexcept>

#include "core/base/text.h"

namespace session::gateway {
namespace {

constexpr std::string_view kEach = "@each ";
constexpr std::string_view kIf = "@if ";
constexpr std::string_view kIfNot = "@if not ";
constexpr std::string_view kEnd = "@end@";

[[noreturn]] void fail(std::string_view what, std::string_view name) {
  throw std::logic_error("template: " + std::string(what) + std::string(name));
}

bool is_word(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

class Filling {
 public:
  explicit Filling(const TemplateValues& values) : scopes_{&values} {}

  // Fills in the lines up to the end of their block, or to the last one.
  void fill(const Lines& lines, std::size_t from, std::size_t to) {
    for (std::size_t at = from; at < to; ++at) {
      const std::string_view line = trimmed(lines[at]);
      if (!opens(line)) {
        add_line(lines[at]);
        continue;
      }
      const std::size_t end = end_of_block(lines, at, to);
      fill_block(line, lines, at + 1, end);
      at = end;
    }
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  static bool opens(std::string_view line) { return line.starts_with(kEach) || line.starts_with(kIf); }

  static std::size_t end_of_block(const Lines& lines, std::size_t open, std::size_t to) {
    std::size_t depth = 0;
    for (std::size_t at = open; at < to; ++at) {
      const std::string_view line = trimmed(lines[at]);
      if (opens(line)) ++depth;
      if (line == kEnd && --depth == 0) return at;
    }
    fail("a block does not end: ", lines[open]);
  }

  void fill_block(std::string_view head, const Lines& lines, std::size_t from, std::size_t to) {
    const auto name_behind = [&](std::string_view keyword) {
      return head.substr(keyword.size(), head.size() - keyword.size() - 1);
    };
    if (head.starts_with(kEach)) {
      for (const TemplateValues& values : list_of(name_behind(kEach))) {
        scopes_.push_back(&values);
        fill(lines, from, to);
        scopes_.pop_back();
      }
      return;
    }
    const bool negated = head.starts_with(kIfNot);
    if (value_of(name_behind(negated ? kIfNot : kIf)).empty() == negated) fill(lines, from, to);
  }

  [[nodiscard]] const std::vector<TemplateValues>& list_of(std::string_view name) const {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      const auto found = (*scope)->lists.find(name);
      if (found != (*scope)->lists.end()) return found->second;
    }
    fail("there is no list ", name);
  }
  [[nodiscard]] const std::string& value_of(std::string_view name) const {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      const auto found = (*scope)->words.find(name);
      if (found != (*scope)->words.end()) return found->second;
    }
    fail("there is no word ", name);
  }

  void add_line(std::string_view line) {
    if (trimmed(line) == kEnd) fail("a block ends that has not begun", "");
    while (!line.empty()) {
      const auto at = std::min(line.find('@'), line.size());
      out_ += line.substr(0, at);
      line.remove_prefix(at);
      const auto end = line.find('@', 1);
      if (end != line.npos && is_word(line.substr(1, end - 1))) {
        out_ += value_of(line.substr(1, end - 1));
        line.remove_prefix(end + 1);
      } else if (!line.empty()) {
        out_ += '@';
        line.remove_prefix(1);
      }
    }
    out_ += '\n';
  }

  std::vector<const TemplateValues*> scopes_;
  std::string out_;
};

}  // namespace

std::string fill_in(std::string_view text, const TemplateValues& values) {
  const Lines lines = lines_of(text);
  Filling filling(values);
  filling.fill(lines, 0, lines.size());
  return filling.take();
}

}  // namespace session::gateway
