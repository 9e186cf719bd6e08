#include "gateway/console/assets.h"

#include <algorithm>

#include "core/crypto/base64url.h"
#include "core/crypto/digest.h"

namespace session::gateway {
namespace {

constexpr std::string_view kPage = "index.html";
constexpr std::string_view kPlaceholder = "@ASSETS@";
constexpr std::size_t kVersionBytes = 12;

std::string version_of(std::span<const ConsoleFile> files) {
  std::string all;
  for (const ConsoleFile& file : files) all.append(file.name).append("\n").append(file.text).append("\n");
  const auto digest = sha256(all);
  return base64url({digest.data(), kVersionBytes});
}

std::string with_version(std::string_view text, const std::string& version) {
  std::string page;
  for (;;) {
    const auto at = text.find(kPlaceholder);
    page += text.substr(0, at);
    if (at == text.npos) return page;
    page.append("assets/").append(version);
    text.remove_prefix(at + kPlaceholder.size());
  }
}

}  // namespace

ConsoleAssets::ConsoleAssets() : version_(version_of(console_files())) {
  for (const ConsoleFile& file : console_files()) {
    if (file.name == kPage) page_ = with_version(file.text, version_);
  }
}

const ConsoleFile* ConsoleAssets::find(std::string_view name) const {
  const auto files = console_files();
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const ConsoleFile& file) { return file.name == name; });
  return found == files.end() || name == kPage ? nullptr : &*found;
}

const ConsoleAssets& console_assets() {
  static const ConsoleAssets assets;
  return assets;
}

std::string_view media_type(std::string_view name) {
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "text/html; charset=utf-8";
}

}  // namespace session::gateway
