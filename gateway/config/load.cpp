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

Loaded load(const std::string& name, std::string_view text, const FileAccess& access,
            const FormatRegistry& formats) {
  const auto root = parse_yaml(text);
  if (!root) return Problems{root.error()};
  ParseContext context(std::filesystem::path(name).parent_path(), formats);
  context.set_access(access);
  Settings settings = read_document(context, &*root);
  Problems problems = context.problems();
  if (!problems.empty()) return problems;
  settings.lines = context.lines();
  settings.files = context.files();
  for (const Problem& warning : context.warnings()) settings.warnings.push_back(render(name, warning));
  return settings;
}

// Does not pass on the exception's text: it could quote the file.
Problems failed() { return {{0, {}, "can't be read: out of memory, or an error of the gateway's own"}}; }

}  // namespace

Loaded load_text(const std::string& name, std::string_view text, const FormatRegistry& formats) {
  try {
    return load(name, text, {}, formats);
  } catch (const std::exception&) {
    return failed();
  }
}

Loaded load_file(const std::string& path) {
  try {
    const auto file = read_file(path, kMaxYamlBytes);
    if (!file) return Problems{{0, {}, "can't be read: " + file.error()}};
    return load(path, file->bytes, file->access, FormatRegistry::built_in());
  } catch (const std::exception&) {
    return failed();
  }
}

std::vector<std::string> known_keys() {
  ParseContext list_keys({}, FormatRegistry::built_in(), ParseContext::Purpose::list_keys);
  read_document(list_keys, nullptr);
  return list_keys.keys();
}

}  // namespace session::gateway
