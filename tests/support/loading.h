#pragma once

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/config/load.h"

namespace session::gateway {

// What is wrong, a line each as people see it; empty: nothing.
inline std::string problems(const Loaded& loaded) {
  std::string out;
  if (loaded) return out;
  for (const Problem& problem : loaded.error()) out += render("gateway.yaml", problem) + "\n";
  return out.empty() ? "an error without a problem" : out;
}

inline std::string problems(const std::string& text) { return problems(load_text("gateway.yaml", text)); }

inline Settings settings(const std::string& text) {
  const auto loaded = load_text("gateway.yaml", text);
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
  return *loaded;
}

// A directory of this test's own, for files with secrets and the configuration beside them.
struct Directory {
  Directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "load-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Directory() { std::filesystem::remove_all(path); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  void write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    std::ofstream(path / name) << text;
    BOOST_REQUIRE(::chmod((path / name).c_str(), mode) == 0);
  }
  [[nodiscard]] Loaded load(const std::string& text) const {
    return load_text((path / "gateway.yaml").string(), text);
  }

  std::filesystem::path path;
};

}  // namespace session::gateway
