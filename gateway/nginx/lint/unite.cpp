#include "gateway/nginx/lint/unite.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "core/base/text.h"

namespace session::gateway {
namespace {

constexpr std::string_view kCheckOfTheFiles = "/_session/auth";

// Returns true for "include session-gateway-public.conf;", and for several of these.
bool is_include(const std::string& write) {
  std::string_view rest = write;
  while (!rest.empty()) {
    if (!take_item(rest, ';').starts_with("include session-gateway-")) return false;
  }
  return write.ends_with(';');
}

// Returns the include that is the answer to a finding; "" if it is another line.
const std::string& answer_of(const Finding& finding) {
  static const std::string none;
  if (!finding.include.empty()) return finding.include;
  return is_include(finding.write) ? finding.write : none;
}

// Returns the includes of an answer, without what follows them: "in place of ...".
std::string includes_in(const std::string& answer) { return answer.substr(0, answer.rfind(';') + 1); }

// Returns the text without the title that the other begins with, too: "location /".
std::string without_title(const std::string& text, const std::string& other) {
  const std::string title = other.substr(0, other.find(": "));
  if (text.starts_with(title + ": ")) return text.substr(title.size() + 2);
  return text.starts_with(title + " ") ? text.substr(title.size() + 1) : text;
}

// Adds another finding of the same place.
void add(Finding& to, Finding other) {
  std::string write =
      std::max(answer_of(to), answer_of(other),
               [](const std::string& a, const std::string& b) { return a.size() < b.size(); });
  if (other.severity < to.severity) std::swap(to, other);
  to.text += "; " + without_title(other.text, to.text);
  to.write = write;
  to.include = std::move(write);
}

// Whether the location includes that file of the project.
bool includes(const Context& context, const std::string& file) {
  const auto& lines = context.block().children;
  return std::any_of(lines.begin(), lines.end(), [&](const Directive& line) {
    return line.place.file.substr(line.place.file.rfind('/') + 1) == file;
  });
}

// Whether lines of the location's own would stand beside those of the include.
bool sets_them_itself(const Inspection& in, const Context& context, const UpstreamProtocol& protocol) {
  std::vector<std::string> names = {"Cookie"};
  for (const HeaderName& header : in.usage.facts().headers) names.push_back(header.name);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    const auto settings = protocol.settings(context, name);
    return std::any_of(settings.begin(), settings.end(), [&](const Setting& setting) {
      const auto& own = context.own(protocol.directive);
      return std::find(own.begin(), own.end(), setting.line) != own.end();
    });
  });
}

}  // namespace

void unite(std::vector<Finding>& findings) {
  std::map<std::tuple<std::string, int, std::string>, std::size_t> first;
  std::vector<Finding> united;
  for (Finding& finding : findings) {
    const std::string answer = includes_in(answer_of(finding));
    const auto at = std::tuple(finding.place.file, finding.place.line, answer);
    if (answer.empty() || first.count(at) == 0) {
      if (!answer.empty()) first.emplace(at, united.size());
      united.push_back(std::move(finding));
    } else {
      add(united[first[at]], std::move(finding));
    }
  }
  findings = std::move(united);
}

std::string include_that_mends(const Inspection& in, const Context& context,
                               const UpstreamProtocol& protocol) {
  if (context.level() != Context::Level::location || protocol.kind == "scgi" ||
      sets_them_itself(in, context, protocol))
    return {};
  const bool closed = GatewayUsage::check(context) && in.usage.asks_gateway(context);
  const std::string base = closed ? "session-gateway-protect" : "session-gateway-public";
  const bool in_base = protocol.kind == "proxy" || protocol.kind == "fastcgi";
  const std::string other = in_base ? "" : base + "-" + std::string(protocol.kind) + ".conf";
  const bool has_base = includes(context, base + ".conf");
  if (has_base && (in_base || includes(context, other))) return {};
  std::string write = has_base ? "" : "include " + base + ".conf;";
  if (!in_base) write += (write.empty() ? "include " : " include ") + other + ";";
  if (!closed || has_base || context.own("auth_request").empty()) return write;
  // A check by hand. One of another location is the site's own choice.
  if (context.find("auth_request")->arg(0) != kCheckOfTheFiles) return {};
  return write + " in place of the lines for the check and the headers";
}

}  // namespace session::gateway
