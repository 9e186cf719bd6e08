#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/nginx/lint/lint.h"
#include "gateway/nginx/syntax/parser.h"

namespace {

using namespace session::gateway;

// Nothing that is printed can forge a line of its own, or reach the terminal.
void expect_printable(const std::string& text, bool line_breaks) {
  for (const char c : text) {
    if ((c < 0x20 || c > 0x7e) && !(line_breaks && c == '\n')) std::abort();
  }
}

}  // namespace

// Any bytes are directives or one error with its line; and any directives can be linted, as they are and as
// what stands in a server.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto directives = parse_nginx("nginx.conf", text);
  if (!directives) {
    const auto line = render(directives.error());
    if (!line.starts_with("nginx.conf:")) std::abort();
    expect_printable(line, false);
    return 0;
  }
  static const GatewayFacts facts = *facts_of(Settings{});
  for (const Finding& finding : lint(*directives, facts)) expect_printable(render(finding), true);
  Directive server{"server", {}, {"nginx.conf", 1}, true, std::move(*directives)};
  Directive http{"http", {}, {"nginx.conf", 1}, true, {}};
  http.children.push_back(std::move(server));
  for (const Finding& finding : lint({http}, facts)) expect_printable(render(finding), true);
  return 0;
}
