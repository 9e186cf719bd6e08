#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/config/format_registry.h"
#include "gateway/config/problem.h"
#include "gateway/config/yaml.h"

namespace session::gateway {

// What one reading of a configuration gathers. Problems never stop it: whatever is wrong comes out at once.
// The same code that reads also says which keys there are: a reading that surveys gets a document without
// anything in it, goes everywhere once, and notes the key of each field it asks for.
class ParseContext {
 public:
  enum class Purpose { load, list_keys };
  ParseContext(std::filesystem::path directory, const FormatRegistry& formats,
               Purpose purpose = Purpose::load)
      : directory_(std::move(directory)), formats_(formats), purpose_(purpose) {}

  // The formats that the file can name.
  [[nodiscard]] const FormatRegistry& formats() const { return formats_; }

  // Permission bits of the file that is read; 0 for a text that is in no file.
  void set_mode(mode_t mode) { mode_ = mode; }
  [[nodiscard]] mode_t mode() const { return mode_; }

  // Where relative paths in the file start.
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] bool lists_keys() const { return purpose_ == Purpose::list_keys; }

  void add(Problem problem) { problems_.push_back(std::move(problem)); }
  // What is risky and all the same allowed.
  void warn(Problem problem) { warnings_.push_back(std::move(problem)); }
  [[nodiscard]] const Problems& warnings() const { return warnings_; }
  // Whether nothing was found wrong with that key itself; contradictions are looked for among such keys only.
  [[nodiscard]] bool clean(std::string_view key) const;
  // In line order; those of a line as found.
  [[nodiscard]] Problems problems() const;

  // Where the file has a key.
  void place(const std::string& key, int line) { lines_.emplace(key, line); }
  [[nodiscard]] const std::map<std::string, int, std::less<>>& lines() const { return lines_; }

  void note(const std::string& key) { keys_.push_back(key); }
  [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }

 private:
  std::filesystem::path directory_;
  const FormatRegistry& formats_;
  Purpose purpose_;
  mode_t mode_ = 0;
  Problems problems_;
  Problems warnings_;
  std::vector<std::string> keys_;
  std::map<std::string, int, std::less<>> lines_;
};

// A place in the file where a value can stand: its dotted key, and what stands there, if anything does.
// A view: the reading and the document outlive it.
class Field {
 public:
  Field(ParseContext& context, const YamlNode* node, std::string key, int line)
      : context_(&context), node_(node), key_(std::move(key)), line_(line) {}

  [[nodiscard]] bool given() const { return node_ != nullptr; }
  [[nodiscard]] bool clean() const { return context_->clean(key_); }
  // Of the value; if there is none, of the map that could hold it.
  [[nodiscard]] int line() const { return line_; }
  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] const YamlNode* node() const { return node_; }
  [[nodiscard]] ParseContext& context() const { return *context_; }

  void problem(std::string text) const { context_->add({line_, key_, std::move(text)}); }
  void warn(std::string text) const { context_->warn({line_, key_, std::move(text)}); }
  // "expected <what>, got <the value><hint>".
  void expected(std::string_view what, std::string_view hint = {}) const;
  // The same without the value, but for its kind: where a secret may stand.
  void expected_kind(std::string_view what) const;

  // The text of a scalar; quotes make no difference. nullopt: absent, or it is something else, which is then
  // reported as "expected <what>, got a list".
  [[nodiscard]] std::optional<std::string_view> text(std::string_view what) const;

 private:
  ParseContext* context_;
  const YamlNode* node_;  // nullptr: absent
  std::string key_;
  int line_;
};

// A map whose names are known. Each name that is asked for is a known one; finish() reports the others.
class Section {
 public:
  // Names of keys that are not known can be a mistyped secret: `value:s3cret`, say.
  enum class Names { shown, hidden };

  // REQUIRES: the field is absent, null or a map.
  Section(const Field& field, Names names);

  [[nodiscard]] Field operator[](std::string_view name);
  [[nodiscard]] const Field& field() const { return field_; }

  void finish() const;

 private:
  [[nodiscard]] bool knows(std::string_view name) const;
  void report_unknown(const YamlEntry& entry) const;

  Field field_;
  Names names_;
  std::vector<std::string> known_;
  std::unordered_map<std::string_view, const YamlEntry*> entries_;
};

// Reads a map with known names: calls read(Section&), then reports the names it did not ask for. A map that
// is absent, or has nothing in it, reads like {}: a file may keep a heading whose lines are all comments.
template <class Read>
void read_map(const Field& field, Read read, Section::Names names = Section::Names::shown) {
  const YamlNode* node = field.node();
  if (node && node->kind != YamlNode::Kind::map && node->kind != YamlNode::Kind::null) {
    field.expected_kind("a map");
    return;
  }
  Section section(field, names);
  read(section);
  section.finish();
}

// The items of a list, as fields: "keys[0]". None, if it is absent or, which is reported, not a list.
[[nodiscard]] std::vector<Field> items_of(const Field& field);

// The entries of a map whose names are up to the user: "rules.admin". None, if it is absent or has nothing in
// it or, which is reported, is not a map. A name that comes twice is reported, and there once.
struct NamedField {
  std::string name;
  Field field;
};
[[nodiscard]] std::vector<NamedField> entries_of(const Field& field);

}  // namespace session::gateway
