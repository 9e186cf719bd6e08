#include "gateway/config/load.h"

#include <exception>
#include <filesystem>
#include <utility>

#include "gateway/config/file.h"
#include "gateway/config/reader.h"
#include "gateway/config/sections.h"
#include "gateway/config/yaml.h"

namespace session::gateway {
namespace {

Settings read_document(ParseContext& context, const YamlNode* root) {
  Settings settings;
  const Field document(context, root, {}, root ? root->line : 0);
  read_map(document, [&](Section& top) { read_settings(top, settings); });
  return settings;
}

Settings read_listeners(ParseContext& context, const YamlNode& root) {
  Settings settings;
  if (root.kind == YamlNode::Kind::null) return settings;
  const Field document(context, &root, {}, root.line);
  if (root.kind != YamlNode::Kind::map) {
    document.expected_kind("a map");
    return settings;
  }
  Section top(document, Section::Names::shown);
  read_listen(top["listen"], settings);
  read_map(top["admin"], [&](Section& admin) { read_admin(admin, settings); });
  return settings;
}

// A document, and where it comes from.
struct Source {
  std::string name;
  std::string_view text;
  FileAccess access = {};
  Environment environment = {};
};

Problems problems_of(const AppliedOverrides& applied, const ParseContext& context) {
  Problems all = applied.problems, read = context.problems();
  name_variables(read, applied.overrides);
  all.insert(all.end(), read.begin(), read.end());
  return all;
}

Loaded load(const Source& source, const FormatRegistry& formats, OverrideScope scope = OverrideScope::all) {
  auto root = parse_yaml(source.text);
  if (!root) return Problems{root.error()};
  const AppliedOverrides applied = apply_environment(source.environment, *root, scope);
  ParseContext context(std::filesystem::path(source.name).parent_path(), formats);
  context.set_access(source.access);
  Settings settings =
      scope == OverrideScope::all ? read_document(context, &*root) : read_listeners(context, *root);
  Problems problems = problems_of(applied, context);
  if (!problems.empty()) return problems;
  settings.lines = context.lines();
  settings.files = context.files();
  for (ReferencedFile& file : settings.files) file.key = variable_or_key(file.key, applied.overrides);
  Problems warnings = context.warnings();
  name_variables(warnings, applied.overrides);
  for (const Problem& warning : warnings) settings.warnings.push_back(render(source.name, warning));
  return settings;
}

// Does not pass on the exception's text: it could quote the file.
Problems failed() { return {{0, {}, "can't be read: out of memory, or an error of the gateway's own"}}; }

template <class Load>
Loaded guarded(const Load& load) {
  try {
    return load();
  } catch (const std::exception&) {
    return failed();
  }
}

Loaded load_part(const std::optional<std::string>& path, OverrideScope scope) {
  return guarded([&]() -> Loaded {
    if (!path) return load({kNoFile, {}, {}, process_environment()}, FormatRegistry::built_in(), scope);
    const auto file = read_file(*path, kMaxYamlBytes);
    if (!file) return Problems{{0, {}, "can't be read: " + file.error()}};
    return load({*path, file->bytes, file->access, process_environment()}, FormatRegistry::built_in(), scope);
  });
}

}  // namespace

Loaded load_text(const std::string& name, std::string_view text, const FormatRegistry& formats) {
  return guarded([&] { return load({name, text}, formats); });
}

Loaded load_text(const std::string& name, std::string_view text, const Environment& environment) {
  return guarded([&] { return load({name, text, {}, environment}, FormatRegistry::built_in()); });
}

Loaded load_file(const std::optional<std::string>& path) { return load_part(path, OverrideScope::all); }

Loaded load_listen(const std::optional<std::string>& path) {
  return load_part(path, OverrideScope::listeners);
}

Description describe_reader(const FormatRegistry& formats) {
  ParseContext list_keys({}, formats, ParseContext::Purpose::list_keys);
  read_document(list_keys, nullptr);
  return {list_keys.keys(), list_keys.shapes()};
}

std::vector<std::string> known_keys() { return describe_reader().keys; }

}  // namespace session::gateway
