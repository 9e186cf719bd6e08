#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/config/load.h"
#include "gateway/nginx/lint/lint.h"
#include "gateway/nginx/syntax/includes.h"
#include "tests/support/places.h"

namespace session::gateway {

// A directory of nginx files of this test's own, with those of conf/nginx in it.
struct NginxFiles {
  NginxFiles() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lint-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
    for (const auto& file : std::filesystem::directory_iterator(session::test::source_root() + "/conf/nginx"))
      std::filesystem::create_symlink(file.path(), path / file.path().filename());
  }
  ~NginxFiles() { std::filesystem::remove_all(path); }
  NginxFiles(const NginxFiles&) = delete;
  NginxFiles& operator=(const NginxFiles&) = delete;

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << text;
  }

  // What lint finds in nginx.conf. REQUIRES: it can be read.
  [[nodiscard]] std::vector<Finding> findings(const std::string& yaml = "") const {
    const auto configuration = load_nginx((path / "nginx.conf").string());
    BOOST_REQUIRE(configuration.has_value());
    return session::gateway::lint(*configuration, facts(yaml));
  }

  // What lint prints for nginx.conf, without the names of rules, or why it can't be read; paths without this
  // directory.
  [[nodiscard]] std::string lint(const std::string& yaml = "") const {
    const auto configuration = load_nginx((path / "nginx.conf").string());
    std::string out;
    if (!configuration) {
      out = render(configuration.error());
    } else {
      for (const Finding& finding : session::gateway::lint(*configuration, facts(yaml)))
        out += without_rule(render(finding), finding.rule);
    }
    const std::string prefix = path.string() + "/";
    for (auto at = out.find(prefix); at != out.npos; at = out.find(prefix)) out.erase(at, prefix.size());
    return out;
  }

  std::filesystem::path path;

 private:
  [[nodiscard]] static GatewayFacts facts(const std::string& yaml) {
    const auto settings = load_text("gateway.yaml", yaml);
    BOOST_REQUIRE(settings.has_value());
    auto facts = facts_of(*settings);
    BOOST_REQUIRE(facts.has_value());
    return std::move(*facts);
  }

  [[nodiscard]] static std::string without_rule(std::string text, const std::string& rule) {
    const std::string name = " [" + rule + "]";
    return text.erase(text.find(name), name.size());
  }
};

// Files of a server with these lines, and the project's files around them. They are in site.conf, from
// line 1.
inline void write_server(const NginxFiles& files, const std::string& lines) {
  files.write("nginx.conf",
              "http { include session-gateway-upstream.conf; include session-gateway-http.conf;\n"
              "upstream app { server 127.0.0.1:3000; }\n"
              "server { include session-gateway-server.conf; include site.conf; } }\n");
  files.write("site.conf", lines);
}

// What lint says of lines that stand in such a server.
inline std::string in_server(const std::string& lines, const std::string& yaml = "") {
  const NginxFiles files;
  write_server(files, lines);
  return files.lint(yaml);
}

// What lint says of an nginx.conf.
inline std::string of_file(const std::string& text, const std::string& yaml = "") {
  const NginxFiles files;
  files.write("nginx.conf", text);
  return files.lint(yaml);
}

// The location of a site that is as it should be, with these lines added to it: line 1 is the location's.
inline std::string protected_with(const std::string& lines) {
  return "location /account/ {\n" + lines +
         "\ninclude session-gateway-protect.conf; proxy_pass http://app;\n}\n";
}

// A finding, as it is printed.
inline std::string finding(const std::string& place_and_text, const std::string& write) {
  return place_and_text + "\n    write: " + write + "\n";
}

}  // namespace session::gateway
