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

// What of a file is read.
enum class Part { all, listeners };

Loaded load(const std::string& name, std::string_view text, const FileAccess& access,
            const FormatRegistry& formats, Part part = Part::all) {
  const auto root = parse_yaml(text);
  if (!root) return Problems{root.error()};
  ParseContext context(std::filesystem::path(name).parent_path(), formats);
  context.set_access(access);
  Settings settings = part == Part::all ? read_document(context, &*root) : read_listeners(context, *root);
  Problems problems = context.problems();
  if (!problems.empty()) return problems;
  settings.lines = context.lines();
  settings.files = context.files();
  for (const Problem& warning : context.warnings()) settings.warnings.push_back(render(name, warning));
  return settings;
}

// Does not pass on the exception's text: it could quote the file.
Problems failed() { return {{0, {}, "can't be read: out of memory, or an error of the gateway's own"}}; }

Loaded load_part(const std::string& path, Part part) {
  try {
    const auto file = read_file(path, kMaxYamlBytes);
    if (!file) return Problems{{0, {}, "can't be read: " + file.error()}};
    return load(path, file->bytes, file->access, FormatRegistry::built_in(), part);
  } catch (const std::exception&) {
    return failed();
  }
}

}  // namespace

Loaded load_text(const std::string& name, std::string_view text, const FormatRegistry& formats) {
  try {
    return load(name, text, {}, formats);
  } catch (const std::exception&) {
    return failed();
  }
}

Loaded load_file(const std::string& path) { return load_part(path, Part::all); }

Loaded load_listen(const std::string& path) { return load_part(path, Part::listeners); }

Description describe_reader(const FormatRegistry& formats) {
  ParseContext list_keys({}, formats, ParseContext::Purpose::list_keys);
  read_document(list_keys, nullptr);
  return {list_keys.keys(), list_keys.shapes()};
}

std::vector<std::string> known_keys() { return describe_reader().keys; }

}  // namespace session::gateway
