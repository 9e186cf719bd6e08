#include "gateway/nginx/syntax/includes.h"

#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "gateway/config/file.h"
#include "gateway/nginx/syntax/parser.h"

namespace session::gateway {
namespace {

using Directives = std::vector<Directive>;
using DirectivesResult = Result<Directives, SyntaxError>;

// The paths that match, in nginx's order: that of the bytes.
std::vector<std::string> matches(const std::string& pattern) {
  std::vector<std::string> paths;
  glob_t found{};
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  std::sort(paths.begin(), paths.end());
  return paths;
}

class Loader {
 public:
  explicit Loader(const std::string& main) : directory_(std::filesystem::path(main).parent_path()) {}

  // `from`: the include line, for what is wrong with it; for the main file its own place.
  DirectivesResult read(const std::string& path, const Place& from) {
    if (std::find(open_.begin(), open_.end(), path) != open_.end())
      return wrong(from, path + " includes itself");
    if (open_.size() == kMaxIncludeDepth) return wrong(from, "files include each other too deep");
    if (++files_ > kMaxFiles)
      return wrong(from, "more than " + std::to_string(kMaxFiles) + " files are included");
    const auto file = read_file(path, kMaxFileBytes);
    if (!file)
      return wrong(from, (from.line > 0 ? "can't read " + path : "can't be read") + ": " + file.error());
    if (file->bytes.size() > kMaxFileBytes) return wrong(from, path + " is larger than 4 MiB");
    bytes_ += file->bytes.size();
    if (bytes_ > kMaxBytes) return wrong(from, "all files together are larger than 16 MiB");
    auto directives = parse_nginx(path, file->bytes);
    if (!directives) return directives.error();
    open_.push_back(path);
    auto expanded = expand(std::move(*directives));
    open_.pop_back();
    return expanded;
  }

 private:
  DirectivesResult expand(Directives from) {
    Directives to;
    for (Directive& directive : from) {
      if (directive.name == "include" && !directive.is_block) {
        auto included = include(directive);
        if (!included) return included.error();
        std::move(included->begin(), included->end(), std::back_inserter(to));
        continue;
      }
      if (directive.is_block && ++blocks_ > kMaxBlocks)
        return wrong(directive.place, "more than " + std::to_string(kMaxBlocks) + " blocks");
      if (!directive.children.empty()) {
        auto inner = expand(std::move(directive.children));
        if (!inner) return inner.error();
        directive.children = std::move(*inner);
      }
      to.push_back(std::move(directive));
    }
    return to;
  }

  DirectivesResult include(const Directive& line) {
    if (line.args.size() != 1 || line.arg(0).empty() || line.arg(0).find('\0') != std::string::npos)
      return wrong(line.place, "include takes one path");
    const std::string path = (directory_ / line.arg(0)).string();
    if (path.find_first_of("*?[") == path.npos) return read(path, line.place);
    Directives all;
    for (const std::string& match : matches(path)) {
      auto directives = read(match, line.place);
      if (!directives) return directives.error();
      std::move(directives->begin(), directives->end(), std::back_inserter(all));
    }
    return all;
  }

  static SyntaxError wrong(const Place& place, std::string text) { return {place, std::move(text)}; }

  std::filesystem::path directory_;
  std::vector<std::string> open_;  // the files that are being read, outermost first
  std::size_t files_ = 0;
  std::size_t bytes_ = 0;
  std::size_t blocks_ = 0;
};

}  // namespace

Result<std::vector<Directive>, SyntaxError> load_nginx(const std::string& path) {
  return Loader(path).read(path, {path, 0});
}

}  // namespace session::gateway
