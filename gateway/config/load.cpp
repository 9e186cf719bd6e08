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

Settings read_document(Reading& reading, const YamlNode* root) {
  Settings settings;
  const Field document(reading, root, {}, root ? root->line : 0);
  read_map(document, [&](Section& top) { read_settings(top, settings); });
  return settings;
}

Loaded load(const std::string& name, std::string_view text, mode_t mode) {
  const auto root = parse_yaml(text);
  if (!root) return Problems{root.error()};
  Reading reading(std::filesystem::path(name).parent_path());
  reading.set_mode(mode);
  Settings settings = read_document(reading, &*root);
  Problems problems = reading.problems();
  if (!problems.empty()) return problems;
  settings.lines = reading.lines();
  for (const Problem& warning : reading.warnings()) settings.warnings.push_back(render(name, warning));
  return settings;
}

// What an exception says is not passed on: it could quote the file.
Problems failed() { return {{0, {}, "can't be read: out of memory, or an error of the gateway's own"}}; }

}  // namespace

Loaded load_text(const std::string& name, std::string_view text) {
  try {
    return load(name, text, 0);
  } catch (const std::exception&) {
    return failed();
  }
}

Loaded load_file(const std::string& path) {
  try {
    const auto file = read_file(path, kMaxYamlBytes);
    if (!file) return Problems{{0, {}, "can't be read: " + file.error()}};
    return load(path, file->bytes, file->mode);
  } catch (const std::exception&) {
    return failed();
  }
}

std::vector<std::string> known_keys() {
  Reading survey({}, Reading::Purpose::survey);
  read_document(survey, nullptr);
  return survey.keys();
}

}  // namespace session::gateway
