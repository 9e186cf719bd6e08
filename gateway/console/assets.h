#pragma once

#include <span>
#include <string>
#include <string_view>

namespace session::gateway {

// A file of the console: of the folder gateway/console, put into the program when it is built.
struct ConsoleFile {
  std::string_view name;
  std::string_view text;
};
[[nodiscard]] std::span<const ConsoleFile> console_files();

// The files of the console, as they are served. Immutable, so thread-safe.
class ConsoleAssets {
 public:
  ConsoleAssets();

  // What all assets are, in a few characters: other files have another version. It is a part of their
  // addresses, so that a browser may keep an asset for ever, and never mixes those of two versions.
  [[nodiscard]] const std::string& version() const { return version_; }
  // The page, whose links name the version.
  [[nodiscard]] const std::string& page() const { return page_; }
  // A file by its name, but the page; nullptr: there is none.
  [[nodiscard]] const ConsoleFile* find(std::string_view name) const;

 private:
  std::string version_;
  std::string page_;
};
[[nodiscard]] const ConsoleAssets& console_assets();

// The media type of a file, by its name.
[[nodiscard]] std::string_view media_type(std::string_view name);

}  // namespace session::gateway
