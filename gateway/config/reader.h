#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/json/json.h"
#include "gateway/config/file.h"
#include "gateway/config/format_registry.h"
#include "gateway/config/problem.h"
#include "gateway/config/yaml.h"

namespace session::gateway {

// Collects the results of reading one configuration. Problems never stop the reading: it reports all of them.
// The same code also lists the keys that a file can have: to list them, it reads an empty document, visits
// every section once, and notes the key of each field that it asks for, and what the field says of its value.
class ParseContext {
 public:
  enum class Purpose { load, list_keys };
  ParseContext(std::filesystem::path directory, const FormatRegistry& formats,
               Purpose purpose = Purpose::load)
      : directory_(std::move(directory)), formats_(formats), purpose_(purpose) {}

  // The formats that the file can name.
  [[nodiscard]] const FormatRegistry& formats() const { return formats_; }

  // Who may use the file that is read. By default, for a text that is in no file, its owner only.
  void set_access(const FileAccess& access) { access_ = access; }
  [[nodiscard]] const FileAccess& access() const { return access_; }

  // Where relative paths in the file start.
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] bool lists_keys() const { return purpose_ == Purpose::list_keys; }

  void add(Problem problem) { problems_.push_back(std::move(problem)); }
  // Settings that are valid but risky.
  void warn(Problem problem) { warnings_.push_back(std::move(problem)); }
  [[nodiscard]] const Problems& warnings() const { return warnings_; }
  // Whether that key itself has no problem; only such keys are checked for contradictions.
  [[nodiscard]] bool clean(std::string_view key) const;
  // In line order; problems of one line in the order in which they were found.
  [[nodiscard]] Problems problems() const;

  // A file that the configuration names, and that was read or can be appended to.
  void refer(ReferencedFile file) { files_.push_back(std::move(file)); }
  [[nodiscard]] const std::vector<ReferencedFile>& files() const { return files_; }

  // The line of each key of the file.
  void place(const std::string& key, int line) { lines_.emplace(key, line); }
  [[nodiscard]] const std::map<std::string, int, std::less<>>& lines() const { return lines_; }

  void note(const std::string& key) { keys_.push_back(key); }
  [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }

  // What values look like, by their keys, as JSON Schema (gateway/config/shapes.h).
  using Shapes = std::map<std::string, Json, std::less<>>;
  void describe(const std::string& key, const Json& shape) { shapes_[key].update(shape); }
  [[nodiscard]] const Shapes& shapes() const { return shapes_; }

 private:
  std::filesystem::path directory_;
  const FormatRegistry& formats_;
  Purpose purpose_;
  FileAccess access_;
  Problems problems_;
  Problems warnings_;
  std::vector<ReferencedFile> files_;
  std::vector<std::string> keys_;
  Shapes shapes_;
  std::map<std::string, int, std::less<>> lines_;
};

// A setting that the file can have: its dotted key, and its value, if the file has one.
// A view: the context and the document outlive it.
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
  // The same with the value's kind instead of the value: for places that may hold a secret.
  void expected_kind(std::string_view what) const;

  // While keys are listed: says what the value looks like, by calling make() for its JSON Schema. What is
  // said twice of one key is merged; what the reader says of lists and maps by itself need not be said.
  template <class Make>
  void describe(const Make& make) const {
    if (context_->lists_keys()) context_->describe(key_, make());
  }

  // The text of a scalar, with or without quotes. nullopt: it is absent, or it is not a scalar, which is
  // reported as "expected <what>, got a list".
  [[nodiscard]] std::optional<std::string_view> text(std::string_view what) const;

 private:
  ParseContext* context_;
  const YamlNode* node_;  // nullptr: absent
  std::string key_;
  int line_;
};

// A map with known names: the ones that somebody asks for. finish() reports all others.
class Section {
 public:
  // Whether to quote unknown names. They can be a mistyped secret, as in `value:s3cret`.
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

// Reads a map with known names: calls read(Section&), then reports the names that it did not ask for. Reads
// an absent or empty map like {}: a file may keep a heading whose lines are all comments.
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

// The items of a list, as fields: "keys[0]". Empty if it is absent, or not a list, which is reported.
[[nodiscard]] std::vector<Field> items_of(const Field& field);

// The entries of a map whose names the user chooses: "rules.admin". Empty if it is absent, empty, or not a
// map, which is reported. Reports a duplicate name, and returns it once.
struct NamedField {
  std::string name;
  Field field;
};
[[nodiscard]] std::vector<NamedField> entries_of(const Field& field);

}  // namespace session::gateway
