#include "gateway/config/reference.h"

#include <algorithm>
#include <vector>

namespace session::gateway {
namespace {

// A key whose value may continue in deeper lines.
struct OpenKey {
  std::size_t indentation;
  std::string key;  // dotted; with [] behind it once its value is a list
};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

void append_words(std::string& to, std::string_view text) {
  if (!to.empty() && !text.empty()) to += ' ';
  to += text;
}

// The name before the colon; empty if the line begins with none.
std::string_view name_in(std::string_view line) {
  const auto end =
      std::find_if(line.begin(), line.end(), [](char c) { return (c < 'a' || c > 'z') && c != '_'; });
  const auto size = static_cast<std::size_t>(end - line.begin());
  return size < line.size() && line[size] == ':' ? line.substr(0, size) : std::string_view{};
}

class CommentReader {
 public:
  void read(std::string_view line) {
    std::size_t indentation = std::min(line.find_first_not_of(' '), line.size());
    line.remove_prefix(indentation);
    if (line.empty()) {
      comment_.clear();
    } else if (line == "#" || line.starts_with("# ")) {
      append_words(comment_, trimmed(line.substr(1)));
    } else {
      read_setting(line.substr(line.front() == '#' ? 1 : 0), indentation);
    }
  }

  [[nodiscard]] KeyComments take() { return std::move(found_); }

 private:
  void read_setting(std::string_view line, std::size_t indentation) {
    const bool item = line.starts_with("- ");
    while (!open_.empty() && open_.back().indentation >= indentation) open_.pop_back();
    if (item) {
      if (!open_.empty() && !open_.back().key.ends_with("[]")) open_.back().key += "[]";
      line.remove_prefix(2);
      indentation += 2;
    }
    const std::string_view name = name_in(line);
    if (!name.empty()) {
      std::string key = open_.empty() ? "" : open_.back().key + ".";
      key += name;
      const auto behind = line.find("  # ");
      if (behind != std::string_view::npos) append_words(comment_, trimmed(line.substr(behind + 4)));
      if (!comment_.empty()) found_.emplace(key, comment_);
      open_.push_back({indentation, std::move(key)});
    }
    comment_.clear();
  }

  std::string comment_;
  std::vector<OpenKey> open_;
  KeyComments found_;
};

}  // namespace

KeyComments key_comments(std::string_view reference) {
  CommentReader reader;
  while (!reference.empty()) {
    const auto end = std::min(reference.find('\n'), reference.size());
    reader.read(reference.substr(0, end));
    reference.remove_prefix(std::min(end + 1, reference.size()));
  }
  return reader.take();
}

}  // namespace session::gateway
