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

// What tests that don't say otherwise have as gateway.yaml: the rules that they ask for.
inline constexpr const char* kSomeRules =
    "rules: { admin: { /user: { exists: true } }, recent: { authenticated_within: 1m }, staff: { /user: { "
    "exists: true } },\n"
    "  a: { /user: { exists: true } }, b: { /user: { exists: true } } }\n";

// Rules about a site as a whole. The parts of sites that most tests have are silent about it.
inline bool is_about_whole_site(const std::string& rule) {
  return rule == "secure-cookie-over-http" || rule == "login-page" || rule == "lost-lines" ||
         rule == "no-request-params";
}

// A directory of nginx files of this test's own, with those of conf/nginx in it.
struct NginxFiles {
  NginxFiles() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lint-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
    for (const auto& file : std::filesystem::directory_iterator(session::test::source_root() + "/conf/nginx"))
      std::filesystem::create_symlink(file.path(), path / file.path().filename());
    write("fastcgi_params",
          "fastcgi_param REQUEST_METHOD $request_method;\nfastcgi_param QUERY_STRING $query_string;\n");
  }
  ~NginxFiles() { std::filesystem::remove_all(path); }
  NginxFiles(const NginxFiles&) = delete;
  NginxFiles& operator=(const NginxFiles&) = delete;

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << text;
  }

  // What lint finds in nginx.conf. REQUIRES: it can be read.
  [[nodiscard]] std::vector<Finding> findings(const std::string& yaml = kSomeRules) const {
    const auto configuration = load_nginx((path / "nginx.conf").string());
    BOOST_REQUIRE(configuration.has_value());
    return session::gateway::lint(*configuration, facts(yaml));
  }

  // What lint prints for nginx.conf, without the names of rules, or why it can't be read; paths without this
  // directory.
  [[nodiscard]] std::string lint(const std::string& yaml = kSomeRules, bool whole_site = true) const {
    const auto configuration = load_nginx((path / "nginx.conf").string());
    std::string out;
    if (!configuration) {
      out = render(configuration.error());
    } else {
      for (const Finding& finding : session::gateway::lint(*configuration, facts(yaml)))
        if (whole_site || !is_about_whole_site(finding.rule))
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

// Files of a server with these lines, and the project's files around them: a server with TLS and a login
// page. The lines are in site.conf, from line 1.
inline void write_server(const NginxFiles& files, const std::string& lines) {
  files.write("nginx.conf",
              "http { include session-gateway-upstream.conf; include session-gateway-http.conf;\n"
              "upstream app { server 127.0.0.1:3000; }\n"
              "server { listen 443 ssl;\n"
              "include session-gateway-server.conf; include site.conf;\n"
              "location = /login { return 302 https://login.example/; } } }\n");
  files.write("site.conf", lines);
}

// What lint says of lines that stand in such a server, and of an nginx.conf: all but what it says of the site
// as a whole.
inline std::string in_server(const std::string& lines, const std::string& yaml = kSomeRules) {
  const NginxFiles files;
  write_server(files, lines);
  return files.lint(yaml, false);
}

inline std::string of_file(const std::string& text, const std::string& yaml = kSomeRules) {
  const NginxFiles files;
  files.write("nginx.conf", text);
  return files.lint(yaml, false);
}

// All that lint says of an nginx.conf.
inline std::string of_site(const std::string& text, const std::string& yaml = kSomeRules) {
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
