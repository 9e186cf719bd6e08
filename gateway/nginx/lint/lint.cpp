#include "gateway/nginx/lint/lint.h"

#include <algorithm>
#include <set>
#include <tuple>

#include <nlohmann/json.hpp>

#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/snippets/snippets.h"

namespace session::gateway {
namespace {

// Returns the first attribute of a JSON pointer: "user" of /user and of /user/name.
std::string attribute_of(const std::string& pointer) {
  if (pointer.size() < 2) return {};
  std::string name = pointer.substr(1, pointer.find('/', 1) - 1);
  for (const auto& [escape, character] : {std::pair("~1", "/"), std::pair("~0", "~")}) {
    for (auto at = name.find(escape); at != name.npos; at = name.find(escape, at + 1))
      name.replace(at, 2, character);
  }
  return name;
}

void sort_and_unite(std::vector<Finding>& findings) {
  const auto key = [](const Finding& f) { return std::tie(f.place.file, f.place.line, f.text, f.write); };
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.place.file, a.place.line) < std::tie(b.place.file, b.place.line);
  });
  std::set<std::tuple<std::string, int, std::string, std::string>> seen;
  std::erase_if(findings, [&](const Finding& finding) { return !seen.insert(key(finding)).second; });
}

}  // namespace

const char* name_of(Severity severity) {
  return severity == Severity::danger ? "danger" : severity == Severity::advice ? "advice" : "speed";
}

std::vector<const LintRule*> all_lint_rules() {
  std::vector<const LintRule*> all;
  for (const auto* rules :
       {&bypass_rules(), &redirect_rules(), &early_status_rules(), &other_door_rules(),
        &other_program_rules(), &subrequest_rules(), &location_precedence_rules(), &conditional_rules(),
        &header_rules(), &response_leak_rules(), &auth_location_rules(), &commit_rules(),
        &session_cookie_rules(), &loosened_check_rules(), &param_rules(), &client_address_rules(),
        &speed_rules()}) {
    for (const LintRule& rule : *rules) all.push_back(&rule);
  }
  return all;
}

std::string render(const Finding& finding) {
  return render(finding.place) + ": " + name_of(finding.severity) + ": " + finding.text + " [" +
         finding.rule + "]\n    write: " + finding.write + "\n";
}

std::string render_json(const std::vector<Finding>& findings) {
  auto list = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    list.push_back({{"rule", finding.rule},
                    {"severity", name_of(finding.severity)},
                    {"file", finding.place.file},
                    {"line", finding.place.line},
                    {"text", finding.text},
                    {"write", finding.write}});
  }
  const nlohmann::ordered_json whole = {{"findings", std::move(list)}};
  // File names may hold any bytes.
  return whole.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

Result<GatewayFacts, std::string> facts_of(const Settings& settings) {
  auto headers = header_names(settings.identity, {});
  if (!headers) return headers.error();
  GatewayFacts facts;
  facts.headers = std::move(*headers);
  facts.wants_secret = settings.has_listen_secret();
  facts.cookies = session_cookies(settings);
  facts.deciding.push_back(attribute_of(settings.identity.subject));
  for (const Rule& rule : settings.rules) {
    for (const Condition& condition : rule.conditions)
      facts.deciding.push_back(attribute_of(condition.pointer));
  }
  return facts;
}

std::vector<Finding> lint(const std::vector<Directive>& configuration, const GatewayFacts& facts) {
  const Model model(configuration);
  const GatewayUsage usage(model, facts);
  const TaintAnalysis taint(model);
  std::vector<Finding> findings;
  for (const LintRule* rule : all_lint_rules()) {
    Inspection inspection(rule->name, usage, taint, findings);
    rule->look(inspection);
  }
  sort_and_unite(findings);
  return findings;
}

}  // namespace session::gateway
