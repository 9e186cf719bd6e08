#include "tests/support/e2e/fronts.h"

#include <filesystem>
#include <sstream>

namespace session::test {
namespace {

// Of what the command prints: one file, or several with their names above them.
std::map<std::string, std::string> files_in(const std::string& printed) {
  std::map<std::string, std::string> files;
  std::istringstream lines(printed);
  std::string name;
  for (std::string line; std::getline(lines, line);) {
    const bool named = line.starts_with("# === ") && line.ends_with(" ===");
    if (named) name = line.substr(6, line.size() - 10);
    if (!named) files[name] += line + "\n";
  }
  return files;
}

// Writes the files of secrets that a configuration names.
void write_secrets(const std::string& yaml, const TempDir& dir) {
  const std::string key = "secret: { file: ";
  for (std::size_t at = 0; (at = yaml.find(key, at)) != std::string::npos;) {
    at += key.size();
    const std::string file = dir / yaml.substr(at, yaml.find(' ', at) - at);
    write_file(file, "the-secret-of-the-page-of-this-front\n");
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  }
}

}  // namespace

std::string block_of(const std::string& page, const std::string& language) {
  const std::string opening = "\n```" + language + "\n";
  const auto at = page.find(opening);
  const auto end = at == std::string::npos ? at : page.find("```\n", at + opening.size());
  if (end == std::string::npos) throw std::runtime_error("the page has no block of " + language);
  return page.substr(at + opening.size(), end - at - opening.size());
}

std::map<std::string, std::string> front_files_for(const std::string& name, const std::string& yaml) {
  const TempDir dir;
  write_file(dir / "gateway.yaml", yaml);
  write_secrets(yaml, dir);
  Process command({gateway_binary(), "fronts", name, "--config", dir / "gateway.yaml"}, dir / "printed");
  const int status = command.wait();
  const std::string printed = read_file(dir / "printed");
  if (status != 0) throw std::runtime_error("session-gateway fronts " + name + " fails: " + printed);
  auto files = files_in(printed);
  std::erase_if(files, [](const auto& file) { return file.second.starts_with("# Not shown, "); });
  return files;
}

std::map<std::string, std::string> front_files(const std::string& name) {
  const std::string page = read_file(source_root() + "/docs/fronts/" + name + ".md");
  auto files = front_files_for(name, block_of(page, "yaml"));
  for (const auto& [file, text] : files) {
    if (page.find("\n" + text + "```\n") == std::string::npos)
      throw std::runtime_error("docs/fronts/" + name +
                               ".md does not show what is printed for its yaml: " + file + "\n" + text);
  }
  return files;
}

std::string front_configuration(const std::string& name) {
  const auto files = front_files(name);
  if (files.size() != 1) throw std::runtime_error(name + " has not one file");
  return files.begin()->second;
}

}  // namespace session::test
