#include "gateway/config/yaml.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "gateway/config/plain_text.h"

namespace session::gateway {
namespace {

using NodeKind = YamlNode::Kind;

// Thrown through the parser, which can't be stopped in another way.
struct RejectedYaml {
  Problem problem;
};

[[noreturn]] void refuse(int line, std::string text) {
  throw RejectedYaml{Problem{line, {}, std::move(text)}};
}

int line_of(const YAML::Mark& mark) { return mark.line + 1; }  // 0 for the null mark, whose line is -1

// Whether the quote at `open` closes. The parser takes an unclosed one for one that closes at the end of the
// file.
bool closes(std::string_view text, std::size_t open) {
  const char quote = text[open];
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      const bool doubled = quote == '\'' && i + 1 < text.size() && text[i + 1] == quote;
      if (!doubled) return true;
      ++i;
    }
  }
  return false;
}

// Builds the tree from the parser's events, and so rejects input before it takes effect: it never expands an
// alias, and never builds a deep tree.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string_view text) : text_(text) {}

  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) refuse(line_of(mark), "a second document begins here; expected one");
  }
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark& mark, const std::string&) override { refuse_anchor(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(line_of(mark), "aliases (*name) are not supported");
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (anchor != 0) refuse_anchor(mark);
    place(leaf(mark, NodeKind::null));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    YamlNode node = leaf(mark, NodeKind::scalar);
    node.text = value;
    node.quoted = tag == "!";
    if (node.quoted) check_quotes(mark);
    place(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check(mark, tag, anchor);
    open(leaf(mark, NodeKind::list));
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check(mark, tag, anchor);
    open(leaf(mark, NodeKind::map));
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  // An open list or map. In a map, `key` is the key that waits for its value.
  struct Open {
    YamlNode node;
    bool has_key = false;
    YamlEntry key;
  };

  [[noreturn]] static void refuse_anchor(const YAML::Mark& mark) {
    refuse(line_of(mark), "anchors (&name) are not supported");
  }

  static void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) refuse_anchor(mark);
    // The parser gives the tags "?" and "!" to plain and quoted text.
    if (!tag.empty() && tag != "?" && tag != "!") refuse(line_of(mark), "tags (!name) are not supported");
  }

  void check_quotes(const YAML::Mark& mark) const {
    const auto at = static_cast<std::size_t>(mark.pos);
    const bool in_quotes = at < text_.size() && (text_[at] == '"' || text_[at] == '\'');
    if (in_quotes && !closes(text_, at)) refuse(line_of(mark), "a quote begins here and never closes");
  }

  YamlNode leaf(const YAML::Mark& mark, NodeKind kind) {
    if (++nodes_ > kMaxYamlNodes) {
      refuse(line_of(mark), "more than " + std::to_string(kMaxYamlNodes) + " values");
    }
    YamlNode node;
    node.kind = kind;
    node.line = line_of(mark);
    return node;
  }

  void open(YamlNode node) {
    if (open_.size() == kMaxYamlDepth) {
      refuse(node.line, "nested more than " + std::to_string(kMaxYamlDepth) + " deep");
    }
    refuse_as_key(node);
    open_.push_back(Open{std::move(node), false, {}});
  }

  void close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    place(std::move(node));
  }

  void place(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (Open& parent = open_.back(); parent.node.kind == NodeKind::list) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.has_key) {
      refuse_as_key(node);
      parent.key = YamlEntry{std::move(node.text), node.line, {}};
      parent.has_key = true;
    } else {
      if (node.kind != NodeKind::scalar) node.line = parent.key.line;
      parent.key.value = std::move(node);
      parent.node.entries.push_back(std::move(parent.key));
      parent.has_key = false;
    }
  }

  void refuse_as_key(const YamlNode& node) const {
    const bool is_key = !open_.empty() && open_.back().node.kind == NodeKind::map && !open_.back().has_key;
    if (is_key && node.kind != NodeKind::scalar) {
      refuse(node.line, std::string("expected a name before the colon, got ").append(kind_name(node)));
    }
  }

  std::string_view text_;
  int documents_ = 0;
  std::size_t nodes_ = 0;
  std::vector<Open> open_;
  YamlNode root_;
};

// The line with that number, from 1.
std::string_view line_at(std::string_view text, int line) {
  for (; line > 1 && !text.empty(); --line) {
    text.remove_prefix(
        std::min(text.size(), text.find('\n') == text.npos ? text.size() : text.find('\n') + 1));
  }
  return text.substr(0, text.find('\n'));
}

// The parser's message without the quotation after a colon, which may be part of a secret.
Problem syntax_problem(std::string_view text, const YAML::Exception& error) {
  const int line = line_of(error.mark);
  const std::string_view written = line_at(text, line);
  const std::string_view indentation = written.substr(0, written.find_first_not_of(" \t"));
  if (line > 0 && indentation.find('\t') != indentation.npos) {
    return Problem{line, {}, "not YAML: tabs can't indent, use spaces"};
  }
  if (error.msg.starts_with(YAML::ErrorMsg::UNKNOWN_ANCHOR)) {
    return Problem{line, {}, "aliases (*name) are not supported"};
  }
  return Problem{line, {}, "not YAML: " + error.msg.substr(0, error.msg.find(':'))};
}

Result<YamlNode, Problem> parse(std::string_view text) {
  TreeBuilder builder(text);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take();
  } catch (const RejectedYaml& rejected) {
    return rejected.problem;
  } catch (const YAML::Exception& error) {
    return syntax_problem(text, error);
  }
}

}  // namespace

Result<YamlNode, Problem> parse_yaml(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.size() > kMaxYamlBytes)
    return Problem{0, {}, "larger than " + std::to_string(kMaxYamlBytes) + " bytes"};
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  // Also keeps the parser from seeing byte 4, which it takes for the end of the file.
  if (const auto bad = first_not_text(text)) {
    const auto lines = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(*bad), '\n');
    return Problem{static_cast<int>(lines) + 1, {}, "expected text in UTF-8, got some other byte"};
  }
  return parse(text);
}

YamlNode text_node(std::string_view text) {
  YamlNode node;
  node.kind = YamlNode::Kind::scalar;
  node.quoted = true;
  node.text = text;
  return node;
}

std::string_view kind_name(const YamlNode& node) {
  switch (node.kind) {
    case NodeKind::null:
      return "nothing";
    case NodeKind::scalar:
      return "a single value";
    case NodeKind::list:
      return "a list";
    case NodeKind::map:
      return "a map";
  }
  return "nothing";
}

}  // namespace session::gateway
