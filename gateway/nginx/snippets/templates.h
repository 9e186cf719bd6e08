#pragma once

#include <string_view>
#include <vector>

namespace session::gateway {

// One file of conf/nginx, as it was when the program was built.
struct SnippetTemplate {
  std::string_view name;  // "session-gateway-http.conf"
  std::string_view text;
};

// All of them, by name. The repository's files are the only source: a build puts them into the program.
[[nodiscard]] const std::vector<SnippetTemplate>& snippet_templates();

}  // namespace session::gateway
