#include "gateway/app/generated_files.h"

#include <filesystem>
#include <iostream>
#include <system_error>

#include "gateway/app/exit_status.h"
#include "gateway/config/load.h"
#include "gateway/nginx/snippets/write_files.h"

namespace session::gateway {
namespace {

int print_files(const std::vector<Snippet>& files) {
  for (const Snippet& file : files) {
    if (files.size() > 1) std::cout << "# === " << file.name << " ===\n";
    std::cout << (file.secret ? "# Not shown, since it is the secret of `listen`: --output writes it.\n"
                              : file.text);
  }
  return kFine;
}

int output_files(const std::string& directory, const std::vector<Snippet>& files, bool force) {
  const auto written = write_files(directory, files, force ? Overwrite::allow : Overwrite::refuse);
  if (!written) {
    std::cerr << written.error() << "\n";
    return kFailed;
  }
  for (const std::string& path : *written) std::cout << path << "\n";
  return kFine;
}

}  // namespace

std::optional<Settings> settings_of(const ConfigChoice& choice) {
  if (!choice.notice.empty()) std::cerr << choice.notice << "\n";
  auto loaded = load_file(choice.file);
  if (loaded) return std::move(*loaded);
  for (const Problem& problem : loaded.error())
    std::cerr << render(choice.file.value_or(kNoFile), problem) << "\n";
  return std::nullopt;
}

std::string output_directory(const std::optional<std::string>& output) {
  if (!output) return {};
  std::error_code failed;
  std::string whole = std::filesystem::absolute(*output, failed).lexically_normal().string();
  if (failed) return *output;
  while (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
  return whole;
}

int hand_out(const std::vector<Snippet>& files, const std::optional<std::string>& output, bool force) {
  return output ? output_files(*output, files, force) : print_files(files);
}

}  // namespace session::gateway
