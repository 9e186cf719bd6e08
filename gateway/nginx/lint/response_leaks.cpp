// Rules for what browsers and caches receive of the responses of applications and of the gateway.

#include <algorithm>
#include <array>

#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/lint/unite.h"
#include "gateway/nginx/lint/upstream_protocol.h"

namespace session::gateway {
namespace {

constexpr std::array<std::string_view, 7> kForTheGateway = {
    "X-Session-Set",      "X-Session-Unset", "X-Session-Destroy", "X-Session-Regenerate",
    "X-Session-Lifetime", "X-Session-Flush", "X-Session-Location"};

bool same_header(std::string_view a, std::string_view b) { return folded_header(a) == folded_header(b); }

bool is_protected(const Inspection& in, const Context& context) {
  return GatewayUsage::check(context) && in.usage.asks_gateway(context);
}

// Reports a ..._pass_header line that cancels a ..._hide_header line; their order does not matter.
void hidden_word_passed(Inspection& in, const Context& context, const UpstreamProtocol& protocol) {
  const std::string directive = std::string(protocol.kind) + "_pass_header";
  for (const Directive* line : context.list(directive)) {
    for (const std::string_view name : kForTheGateway) {
      if (!same_header(line->arg(0), name)) continue;
      in.advice(line->place,
                directive + " undoes the hiding of " + std::string(name) +
                    ": what the application tells the gateway reaches browsers",
                std::string(protocol.kind) + "_hide_header " + std::string(name) + "; and no " + directive +
                    " for it");
    }
  }
}

// Reports headers with which applications instruct the gateway, if browsers get them.
void words_for_the_gateway(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    const auto protocol = upstream_protocol_of(*context);
    if (!protocol || !in.usage.is_application(*context) ||
        !in.usage.commits(*context->enclosing(Context::Level::server)))
      continue;
    hidden_word_passed(in, *context, *protocol);
    const std::string directive = std::string(protocol->kind) + "_hide_header";
    const auto& hidden = context->list(directive);
    std::string first, write;
    for (const std::string_view name : kForTheGateway) {
      const auto is_it = [&](const Directive* line) { return same_header(line->arg(0), name); };
      if (std::any_of(hidden.begin(), hidden.end(), is_it)) continue;
      if (first.empty()) first = name;
      write += (write.empty() ? "" : " ") + directive + " " + std::string(name) + ";";
    }
    if (first.empty()) continue;
    in.advice(
        context->place(),
        context->title() + ": " + first + " of the application, meant for the gateway, reaches browsers",
        write, include_that_mends(in, *context, *protocol));
  }
}

// Reports a location that drops renewed cookies: the gateway renews a cookie in the response to the check,
// and only add_header passes it on.
void renewed_cookie(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    const bool by_itself = !context->own("add_header").empty();
    if (!is_protected(in, *context) || context->internal() ||
        (context->level() == Context::Level::branch && !by_itself))
      continue;
    std::string kept;
    for (const Directive* line : context->list("auth_request_set")) {
      if (line->arg(1) == "$upstream_http_set_cookie") kept = line->arg(0);
    }
    const auto& added = context->list("add_header");
    const auto carries = [&](const Directive* line) {
      return same_header(line->arg(0), "Set-Cookie") && line->arg(1) == kept;
    };
    if (!kept.empty() && std::any_of(added.begin(), added.end(), carries)) continue;
    const std::string name = kept.empty() ? "$session_set_cookie" : kept;
    const auto protocol = upstream_protocol_of(*context);
    in.advice(context->place(),
              context->title() + ": a session cookie that the gateway renews does not reach the browser" +
                  (by_itself && !kept.empty() ? ", as add_header lines of the outer level end here" : ""),
              (kept.empty() ? "auth_request_set " + name + " $upstream_http_set_cookie; " : "") +
                  "add_header Set-Cookie " + name + " always;",
              protocol ? include_that_mends(in, *context, *protocol) : "");
  }
}

void intercepted_errors(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    const auto protocol = upstream_protocol_of(*context);
    if (!protocol || !is_protected(in, *context) || in.usage.is_gateway(*context)) continue;
    const std::string directive = std::string(protocol->kind) + "_intercept_errors";
    const Directive* line = context->find(directive);
    if (!line || line->arg(0) != "on" || context->list("error_page").empty()) continue;
    in.advice(line->place,
              "the application's own 401, 403 and 500 get the answers of refused checks: its 401 leads to "
              "the login page",
              directive + " off;");
  }
}

// Reports a cache whose key does not distinguish users.
void cache_without_user(Inspection& in) {
  for (const Context* context : in.usage.handling_contexts()) {
    const auto protocol = upstream_protocol_of(*context);
    if (!protocol || !is_protected(in, *context) || in.usage.is_gateway(*context)) continue;
    const std::string cache = std::string(protocol->kind) + "_cache";
    const Directive* line = context->find(cache);
    if (!line || line->arg(0) == "off") continue;
    const Directive* key = context->find(cache + "_key");
    const auto used = key ? variables_in(key->arg(0)) : std::vector<std::string>();
    std::string user;
    bool found = false;
    for (const Directive* kept : context->list("auth_request_set")) {
      const std::string variable = kept->arg(0).empty() ? "" : kept->arg(0).substr(1);
      found = found || std::find(used.begin(), used.end(), variable) != used.end();
      if (user.empty() && kept->arg(1).starts_with("$upstream_http_x_auth_request_")) user = kept->arg(0);
    }
    if (found) continue;
    in.danger(line->place,
              context->title() + ": one user's answer is kept for others: the cache's key holds no user",
              cache + "_key \"" + (key ? legible(key->arg(0)) : "$scheme$proxy_host$request_uri") +
                  (user.empty() ? "$session_user" : user) + "\";");
  }
}

// Reports $uri in a header. It is decoded, so a line break in it begins another header.
void decoded_address_in_header(Inspection& in) {
  for (const Directive* line : in.usage.model().all()) {
    const bool redirect = line->name == "return" && (line->arg(0).starts_with('3') || line->args.size() == 1);
    const bool header = line->name == "add_header" || line->name == "proxy_set_header";
    if (line->args.empty() || (!redirect && !header)) continue;
    std::string text = line->arg(line->args.size() == 1 ? 0 : 1);
    const auto used = variables_in(text);
    const auto decoded = std::find_if(used.begin(), used.end(), [](const std::string& name) {
      return name == "uri" || name == "document_uri";
    });
    if (decoded == used.end()) continue;
    const auto at = text.find(*decoded);
    const std::string variable = "$" + *decoded;
    text.replace(at, decoded->size(), "request_uri");
    std::string write = line->name;
    for (const std::string& word : line->args)
      write += " " + (&word == &line->args[line->args.size() == 1 ? 0 : 1] ? text : word);
    in.danger(line->place, variable + " is decoded: a line break in an address forges the next header here",
              legible(write) + ";");
  }
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Reports an error_page line behind the include of session-gateway-protect.conf that has no effect: of two
// lines for one status the first counts.
void error_page_behind_include(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    const auto& pages = context->own("error_page");
    for (std::size_t i = 0; i < pages.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (file_name(pages[j]->place.file) != "session-gateway-protect.conf" ||
            pages[i]->place.file == pages[j]->place.file || pages[i]->arg(0) != pages[j]->arg(0))
          continue;
        in.advice(pages[i]->place,
                  "this page is never shown: session-gateway-protect.conf, included above, has one for " +
                      legible(pages[i]->arg(0)) + " already, and the first counts",
                  "this line before the include");
      }
    }
  }
}

}  // namespace

const std::vector<LintRule>& response_leak_rules() {
  static const std::vector<LintRule> rules = {
      {"gateway-headers-shown", words_for_the_gateway,
       "`X-Session-Set` and its like are for the gateway. A location with a `proxy_hide_header` of its own "
       "does not inherit the lines that hide them."},
      {"renewed-cookie-lost", renewed_cookie,
       "The gateway renews a session cookie in the answer to a check. An `add_header` of an inner level ends "
       "the line that passes it on."},
      {"intercepted-errors", intercepted_errors,
       "The application's own 401, 403 and 500 would get the pages of refused checks: its 401 leads to the "
       "login page."},
      {"cache-without-user", cache_without_user,
       "nginx's caches know nothing of users: one user's page is shown to the next, unless the key holds the "
       "user."},
      {"decoded-uri-in-header", decoded_address_in_header,
       "`$uri` is decoded: a line break in an address forges the next header, or the next redirect."},
      {"error-page-behind-include", error_page_behind_include,
       "Of two `error_page` lines for one status the first counts, so a page of your own must stand before "
       "the include."},
  };
  return rules;
}

}  // namespace session::gateway
