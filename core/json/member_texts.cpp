#include "core/json/member_texts.h"

#include <algorithm>

#include "core/json/json.h"

namespace session {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// Reads the text of an object that is known to be well-formed, from the left to the right.
class MemberReader {
 public:
  explicit MemberReader(std::string_view object) : rest_(object) {}

  std::vector<MemberText> read() {
    std::vector<MemberText> members;
    skip_blanks();
    rest_.remove_prefix(1);  // {
    skip_blanks();
    while (rest_.front() != '}') {
      const std::string_view name = take_string();
      skip_blanks();
      rest_.remove_prefix(1);  // :
      skip_blanks();
      members.push_back({unescaped(name), name, take_value()});
      skip_blanks();
      if (rest_.front() == ',') rest_.remove_prefix(1);
      skip_blanks();
    }
    return members;
  }

 private:
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size())); }

  // A string with its quotes.
  std::string_view take_string() {
    std::size_t end = 1;
    while (rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    return take(end + 1);
  }

  std::string_view take_value() {
    if (rest_.front() == '"') return take_string();
    if (rest_.front() == '{' || rest_.front() == '[') return take_container();
    return take(std::min(rest_.find_first_of(" \t\r\n,}]"), rest_.size()));
  }

  // Brackets are balanced, so only strings need a closer look.
  std::string_view take_container() {
    const std::string_view whole = rest_;
    std::size_t depth = 0;
    do {
      const std::size_t next = rest_.find_first_of("{}[]\"");
      rest_.remove_prefix(next);
      const char c = rest_.front();
      if (c == '"') {
        (void)take_string();
      } else {
        depth += c == '{' || c == '[' ? 1U : 0U;
        depth -= c == '}' || c == ']' ? 1U : 0U;
        rest_.remove_prefix(1);
      }
    } while (depth > 0);
    return whole.substr(0, whole.size() - rest_.size());
  }

  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  static std::string unescaped(std::string_view name) {
    if (name.find('\\') == std::string_view::npos) return std::string(name.substr(1, name.size() - 2));
    return Json::parse(name).get<std::string>();
  }

  std::string_view rest_;
};

}  // namespace

std::vector<MemberText> member_texts(std::string_view object) { return MemberReader(object).read(); }

void append_member(std::string& object, std::string_view name_text, std::string_view text) {
  if (object.back() != '{') object += ',';
  object.append(name_text).append(":").append(text);
}

}  // namespace session
