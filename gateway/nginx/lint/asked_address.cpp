#include "gateway/nginx/lint/asked_address.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "gateway/nginx/lint/rule.h"

namespace session::gateway {
namespace {

bool is_status(const std::string& word) {
  const auto is_place = [](char c) { return c == 'x' || (c >= '0' && c <= '9'); };
  return word.size() == 3 && word[0] >= '3' && word[0] <= '5' && is_place(word[1]) && is_place(word[2]);
}

// Whether a script shows one page, by its name: login.php, 50x.php, not-found.php.
bool is_page_of_its_own(const std::string& path) {
  constexpr std::array<std::string_view, 19> kNames = {
      "login",        "logon",    "signin",  "error",   "errors",     "denied",      "forbidden",
      "unauthorized", "notfound", "missing", "found",   "offline",    "maintenance", "sorry",
      "busy",         "limit",    "large",   "refusal", "unavailable"};
  std::string name = lower(path.substr(path.rfind('/') + 1));
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '_'; }, '.');
  for (std::string_view rest = name; !rest.empty();) {
    const std::string word(take_item(rest, '.'));
    if (is_status(word) || std::find(kNames.begin(), kNames.end(), word) != kNames.end()) return true;
  }
  return false;
}

// Returns the script that a location runs for every address; "": there is none.
std::string fixed_script(const Context& location) {
  for (const Directive* line : location.list("fastcgi_param")) {
    const std::string& file = line->arg(1);
    if (line->arg(0) == "SCRIPT_FILENAME" && file.find("script_name") == file.npos &&
        file.find("uri") == file.npos && file.find("request_filename") == file.npos)
      return file;
  }
  return {};
}

// Returns the line by which a program gets the address as the client has sent it; nullptr: there is none.
const Directive* line_with_address(const Context& location, const Handler& handler) {
  for (const Directive* line : location.list(handler.kind + "_param")) {
    if (line->arg(1).find("$request_uri") != std::string::npos) return line;
  }
  return nullptr;
}

}  // namespace

std::optional<AskedAddress> asked_address(const GatewayUsage& usage, const OpenEnd& end) {
  const auto handler = Model::handler(*end.context);
  if (!handler || usage.is_gateway(*end.context)) return std::nullopt;
  const std::string script = fixed_script(*end.context);
  if (is_page_of_its_own(script) || (!end.keeps_address && is_page_of_its_own(end.path))) return std::nullopt;
  const std::string where = "in " + end.context->title() + ": ";
  if (end.keeps_address || handler->line->arg(0).find("$request_uri") != std::string::npos)
    return AskedAddress{"passes it to a program", where + kIncludeProtect};
  const Directive* line = line_with_address(*end.context, *handler);
  if (!line) return std::nullopt;
  return AskedAddress{"tells a program which address was asked for",
                      where + line->name + " " + line->arg(0) + " $uri; in place of $request_uri"};
}

bool client_names_target(const TaintAnalysis& taint, const std::string& target) {
  std::string words;
  for (const std::string& name : variables_in(target.substr(0, target.find('?')))) {
    if (name != "uri" && name != "document_uri") words += "$" + name + " ";
  }
  return !taint.said_in(words).empty();
}

bool leads_elsewhere(const std::string& target) {
  return target.substr(0, target.find('?')).find("://") != std::string::npos;
}

}  // namespace session::gateway
