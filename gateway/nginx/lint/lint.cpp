#include "gateway/nginx/lint/lint.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include <nlohmann/json.hpp>

#include "core/authz/rule_set.h"
#include "core/base/text.h"
#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/lint/unite.h"
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

// Whether an identity header says who somebody is or what they may do, by the last word of its name:
// X-Auth-Request-Groups does, X-Auth-Request-Theme does not.
bool names_somebody(const std::string& header) {
  constexpr std::array<std::string_view, 18> kWords = {
      "user", "username", "email", "mail",  "group", "groups",  "role",        "roles", "id",
      "uid",  "sub",      "login", "admin", "scope", "account", "permissions", "token", "tenant"};
  const std::string word = lower(header.substr(header.rfind('-') + 1));
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

// Returns the address of a listener as nginx's directives have it: unix:/run/http.sock, 127.0.0.1:8080.
std::string address_for_nginx(const Listen& listen) {
  if (const auto* socket = std::get_if<ListenUnix>(&listen)) return "unix:" + socket->path;
  const auto& tcp = std::get<ListenTcp>(listen);
  const bool six = tcp.host.find(':') != tcp.host.npos;
  std::string host = six ? "[" + tcp.host + "]" : tcp.host;
  if (host == "0.0.0.0" || host == "[::]" || host == "[::1]") host = "127.0.0.1";
  return host + ":" + std::to_string(tcp.port);
}

void remove_repeated(std::vector<std::string>& names) {
  std::set<std::string> seen;
  std::erase_if(names, [&](const std::string& name) { return !seen.insert(name).second; });
}

// Sorts findings by file and line, and removes repeated ones.
void sort(std::vector<Finding>& findings) {
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

bool is_shipped(const Directive& line) {
  const std::string& file = line.place.file;
  return std::string_view(file).substr(file.rfind('/') + 1).starts_with("session-gateway-");
}

std::string as_written(const Directive& line) {
  std::string text = line.name;
  for (const std::string& word : line.args) {
    const bool plain = !word.empty() && word.find_first_of(" \t\r\n;{}\"'\\#") == word.npos;
    text += plain ? " " + word : " \"" + word + "\"";
  }
  return legible(text) + ";";
}

std::vector<const LintRule*> all_lint_rules() {
  std::vector<const LintRule*> all;
  for (const auto* rules : {&bypass_rules(),        &redirect_rules(),        &early_status_rules(),
                            &other_door_rules(),    &written_file_rules(),    &client_file_name_rules(),
                            &other_program_rules(), &subrequest_rules(),      &location_precedence_rules(),
                            &conditional_rules(),   &header_rules(),          &response_leak_rules(),
                            &check_answer_rules(),  &auth_location_rules(),   &http_check_rules(),
                            &commit_rules(),        &session_cookie_rules(),  &loosened_check_rules(),
                            &param_rules(),         &client_address_rules(),  &permission_rules(),
                            &login_page_rules(),    &lost_line_rules(),       &upload_rules(),
                            &mirror_rules(),        &long_connection_rules(), &speed_rules()}) {
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

namespace {

// As the endpoint admin decides whether a rule says who operators are.
bool is_of_anybody(const Rule& rule) {
  static const Json nothing = Json::object();
  const seconds now = system_clock().unix_now();
  const RuleInput anybody{true, []() -> const Json& { return nothing; }, now, system_clock()};
  return RuleSet({rule}).check(rule.name, anybody).unmet.empty();
}

}  // namespace

Result<GatewayFacts, std::string> facts_of(const Settings& settings) {
  auto headers = header_names(settings.identity, {});
  if (!headers) return headers.error();
  GatewayFacts facts;
  facts.headers = std::move(*headers);
  facts.wants_secret = settings.has_listen_secret();
  facts.cookies = session_cookies(settings);
  facts.secure_cookie = settings.cookie.secure;
  facts.deciding.push_back(attribute_of(settings.identity.subject));
  for (const auto& [name, pointer] : settings.identity.headers) {
    if (names_somebody(name)) facts.deciding.push_back(attribute_of(pointer));
  }
  for (const HttpCheck& check : settings.checks) facts.checks[check.name] = check.require;
  for (const Listen& listen : settings.listen) {
    if (protocol_of(listen) == Protocol::http) facts.http_addresses.insert(address_for_nginx(listen));
  }
  for (const Rule& rule : settings.rules) {
    facts.rules.push_back(rule.name);
    if (is_of_anybody(rule)) facts.rules_of_anybody.insert(rule.name);
    for (const Condition& condition : rule.conditions) {
      const std::string attribute = attribute_of(condition.pointer);
      facts.deciding.push_back(attribute);
      if (condition.op == Condition::Op::exists && condition.operand == false)
        facts.absent.emplace_back(attribute, rule.name);
    }
  }
  remove_repeated(facts.deciding);
  return facts;
}

std::vector<Finding> lint(const std::vector<Directive>& configuration, const GatewayFacts& facts) {
  const Model model(configuration);
  const GatewayUsage usage(model, facts);
  const TaintAnalysis taint(model);
  const CheckRequirements requirements(usage);
  std::vector<Finding> findings;
  for (const LintRule* rule : all_lint_rules()) {
    Inspection inspection(rule->name, usage, taint, requirements, findings);
    rule->look(inspection);
  }
  unite(findings);
  sort(findings);
  return findings;
}

}  // namespace session::gateway
