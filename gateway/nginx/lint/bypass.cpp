// Rules for directives that nginx runs before the check, or that bypass it.

#include <algorithm>
#include <charconv>

#include "gateway/nginx/lint/redirect_walk.h"
#include "gateway/nginx/lint/rule.h"

namespace session::gateway {
namespace {

// Returns the status of a `return` line: `return https://...;` is a 302.
int status_of(const Directive& line) {
  const std::string& word = line.arg(0);
  int status = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), status);
  return error == std::errc() && end == word.data() + word.size() ? status : 302;
}

void redirect_beside_check(Inspection& in, const Context& context, const Directive& line) {
  in.advice(line.place,
            "this redirect runs before the check of " + context.title() +
                ": everybody gets it, without a session too",
            "a location of its own without auth_request, with this line in it");
}

void return_beside_check(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    if (!GatewayUsage::check(*context) || context->internal()) continue;
    for (const Directive* line : context->own("return")) {
      const int status = status_of(*line);
      if (status >= 300 && status < 400) redirect_beside_check(in, *context, *line);
      if (status >= 300) continue;  // a refusal or redirect admits nobody
      in.danger(line->place,
                "return runs before the check of " + context->title() +
                    ": everybody gets this answer, without a session too",
                "a location of its own for this answer, reached by proxy_pass or root behind the check");
    }
  }
}

void rewrite_beside_check(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    if (!GatewayUsage::check(*context) || context->internal()) continue;
    for (const Directive* line : context->own("rewrite")) {
      if (sends_away(*line)) redirect_beside_check(in, *context, *line);
    }
  }
}

void return_of_server(Inspection& in) {
  std::vector<const Context*> blocks = in.usage.model().servers();
  const auto& branches = in.usage.model().server_branches();
  blocks.insert(blocks.end(), branches.begin(), branches.end());
  for (const Context* block : blocks) {
    if (!in.usage.has_checks(*block->enclosing(Context::Level::server))) continue;
    for (const Directive* line : block->own("return")) {
      if (status_of(*line) >= 300) continue;
      in.danger(line->place,
                "return of a server runs before every check in it, and answers the check itself: both let "
                "everybody in",
                "a location of its own for this answer");
    }
  }
}

void satisfy_any(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    const Directive* line = context->find("satisfy");
    if (!GatewayUsage::check(*context) || !line || line->arg(0) != "any") continue;
    in.danger(line->place,
              "satisfy any beside auth_request: whoever an allow or auth_basic line lets in needs no session",
              "satisfy all;");
  }
}

void check_switched_off(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    const Context* outer = context->parent();
    if (context->level() != Context::Level::location || outer->level() != Context::Level::location) continue;
    const auto& own = context->own("auth_request");
    if (own.empty() || own.front()->arg(0) != "off" || !GatewayUsage::check(*outer) ||
        in.usage.is_gateway(*context))
      continue;
    in.advice(
        own.front()->place,
        "auth_request off opens " + context->title() + ", which lies in the protected " + outer->title(),
        "include session-gateway-protect.conf; or, if it is to be open, a location outside of the "
        "protected one");
  }
}

// Reports a decision on the client's own spelling of the address, which may differ from the path that nginx
// routes on.
void decision_on_request_uri(Inspection& in) {
  std::vector<const Context*> branches = in.usage.model().server_branches();
  const auto& contexts = in.usage.model().contexts();
  branches.insert(branches.end(), contexts.begin(), contexts.end());
  for (const Context* branch : branches) {
    if (branch->level() != Context::Level::branch ||
        !in.usage.has_checks(*branch->enclosing(Context::Level::server)))
      continue;
    std::string condition;
    for (const std::string& word : branch->block().args)
      condition += (condition.empty() || word == ")" ? "" : " ") + word;
    const auto at = condition.find("$request_uri");
    if (branch->block().name != "if" || at == condition.npos) continue;
    const auto& returns = branch->own("return");
    if (!returns.empty() && status_of(*returns.front()) / 100 == 3) continue;  // a redirect decides nothing
    condition.replace(at, 12, "$uri");
    in.danger(branch->place(),
              "a decision on $request_uri, which the client can spell in many ways: nginx routes on $uri",
              "if " + legible(condition) + " {");
  }
}

}  // namespace

const std::vector<LintRule>& bypass_rules() {
  static const std::vector<LintRule> rules = {
      {"return-beside-check", return_beside_check,
       "nginx runs `return` before `auth_request`, so everybody gets this answer, without a session too."},
      {"redirect-beside-check", rewrite_beside_check,
       "A `rewrite` that answers with a redirect runs before the check: everybody learns where it leads."},
      {"return-in-server", return_of_server,
       "A `return` of a server runs before every check in it, and in the check itself, which it makes a "
       "success."},
      {"satisfy-any", satisfy_any,
       "With `satisfy any`, whoever an `allow` or `auth_basic` line lets in needs no session."},
      {"check-switched-off", check_switched_off,
       "`auth_request off` opens a location that lies within a protected one."},
      {"decision-on-request-uri", decision_on_request_uri,
       "The client can spell the same address in many ways in `$request_uri`, while nginx routes on `$uri`, "
       "decoded and normalised."},
  };
  return rules;
}

}  // namespace session::gateway
