// Rules for who answers the checks: the gateway alone must do it.

#include <algorithm>
#include <array>
#include <set>

#include "gateway/nginx/lint/redirect_walk.h"
#include "gateway/nginx/lint/rule.h"

namespace session::gateway {
namespace {

// Whether a location takes from the answer to its check what only the gateway says.
bool expects_gateway(const Context& context) {
  const auto& taken = context.list("auth_request_set");
  const auto& set = context.own("set");
  return std::any_of(
             taken.begin(), taken.end(),
             [](const Directive* line) { return line->arg(1).starts_with("$upstream_http_x_session_"); }) ||
         std::any_of(set.begin(), set.end(),
                     [](const Directive* line) { return line->arg(0) == "$session_not_included"; });
}

// Reports a check that a location with a handler answers, if that is not the gateway.
void who_handles(Inspection& in, const Context& context, const Context& location, const std::string& asked) {
  const Place& place = context.find("auth_request")->place;
  if (in.usage.is_application(location) || (GatewayUsage::check(location) && !location.internal())) {
    in.danger(place,
              asked + " is answered by " + location.title() +
                  ", an application: all that it answers lets everybody in",
              "include session-gateway-server.conf;");
  } else if (!in.usage.is_gateway(location) && expects_gateway(context)) {
    in.advice(place,
              asked + " is answered by " + location.title() + " (" + render(location.place()) +
                  "), which does not ask session-gateway, as far as gateway.yaml says, though " +
                  context.title() + " takes what only the gateway answers: whom it lets in can't be told",
              "auth_request /_session/auth;");
  }
}

// Reports a check that is answered by something other than the gateway, because any 2xx response admits every
// client.
void who_answers(Inspection& in) {
  constexpr std::array<const char*, 5> kOwnAnswers = {"content_by_lua_block", "content_by_lua_file",
                                                      "content_by_lua", "js_content", "perl"};
  for (const Context* context : in.usage.model().contexts()) {
    const auto path = GatewayUsage::check(*context);
    if (!path) continue;
    const Place& place = context->find("auth_request")->place;
    const std::string asked = "auth_request " + legible(*path);
    const Context* location = in.usage.auth_location(*context);
    if (!location) {
      in.danger(place, asked + ": no location of this server is known to answer that",
                "include session-gateway-server.conf;");
      continue;
    }
    const auto has = [&](const char* name) { return !location->own(name).empty(); };
    if (Model::handler(*location)) {
      who_handles(in, *context, *location, asked);
    } else if (std::none_of(kOwnAnswers.begin(), kOwnAnswers.end(), has)) {
      in.danger(place,
                asked + " is answered by " + location->title() + " (" + render(location->place()) +
                    "), which asks nobody: a 2xx lets everybody in",
                "include session-gateway-server.conf;");
    }
  }
}

// Who else than the gateway has an address: a location that passes requests there, or an upstream by whose
// name no request goes to the gateway.
struct Owner {
  const Context* location = nullptr;
  const Directive* upstream = nullptr;
};

std::set<std::string> addresses_of(const Inspection& in, const Directive& upstream) {
  const Directive line{"fastcgi_pass", {upstream.arg(0)}, {}, false, {}};
  return in.usage.model().addresses({&line, "fastcgi"});
}

// Whether requests go to the gateway by the name of an upstream.
bool is_of_gateway(const Inspection& in, const Directive& upstream) {
  const auto& contexts = in.usage.model().contexts();
  return upstream.arg(0) == "session_gateway" ||
         std::any_of(contexts.begin(), contexts.end(), [&](const Context* context) {
           return in.usage.is_gateway(*context) &&
                  in.usage.model().target(*Model::handler(*context)) == upstream.arg(0);
         });
}

Owner owner_of(const Inspection& in, const std::string& address) {
  for (const Context* context : in.usage.handling_contexts()) {
    const auto handler = Model::handler(*context);
    if (handler && !in.usage.is_gateway(*context) && in.usage.model().addresses(*handler).count(address) > 0)
      return {context, nullptr};
  }
  for (const Directive* line : in.usage.model().all()) {
    if (line->name == "upstream" && line->is_block && !is_of_gateway(in, *line) &&
        addresses_of(in, *line).count(address) > 0)
      return {nullptr, line};
  }
  return {};
}

// Reports checks that others than the gateway get, too: a spare server of the upstream, for example.
void shared_upstream(Inspection& in) {
  constexpr const char* kRemedy = "in the upstream of the check: the addresses of session-gateway only";
  std::vector<const Context*> asked = in.usage.auth_locations();
  asked.insert(asked.end(), in.usage.http_auth_locations().begin(), in.usage.http_auth_locations().end());
  for (const Context* auth : asked) {
    const Handler handler = *Model::handler(*auth);
    for (const std::string& address : in.usage.model().addresses(handler)) {
      const Owner owner = address.find('$') == address.npos ? owner_of(in, address) : Owner();
      const std::string text =
          "the checks of " + auth->title() + " go to " + legible(address) + ", too, which is ";
      if (owner.location) {
        in.danger(handler.line->place,
                  text + "where " + owner.location->title() + " (" + render(owner.location->place()) +
                      ") passes requests: a 2xx of that program lets everybody in",
                  kRemedy);
      } else if (owner.upstream) {
        in.advice(handler.line->place,
                  text + "a server of upstream " + legible(owner.upstream->arg(0)) + " (" +
                      render(owner.upstream->place) + "): whom that lets in can't be told",
                  kRemedy);
      }
    }
  }
}

// Whether a line answers checks with a success of its own. The one of session-gateway-server.conf is for
// preflights, where a location asks for it.
bool is_success(const Directive& line) {
  return line.arg(0).size() == 3 && line.arg(0).starts_with('2') &&
         !line.place.file.ends_with("session-gateway-server.conf");
}

// Reports a `return` with which a location answers checks instead of the one who knows sessions, and a
// `rewrite` by which another location does.
void answered_by_return(Inspection& in) {
  std::set<const Context*> seen;
  for (const Context* context : in.usage.model().contexts()) {
    const Context* auth = in.usage.auth_location(*context);
    if (!auth || !Model::handler(*auth) || !seen.insert(auth).second) continue;
    std::vector<const Context*> blocks = auth->branches();
    blocks.push_back(auth);
    for (const Context* block : blocks) {
      for (const Directive* line : block->own("return")) {
        if (!is_success(*line)) continue;
        in.danger(line->place,
                  "return answers the checks of " + auth->title() +
                      " before anybody is asked: a 2xx lets everybody in",
                  "no return in " + auth->title());
      }
      for (const Directive* line : block->own("rewrite")) {
        if (!leads_to_location(*line)) continue;
        in.danger(line->place,
                  "rewrite leads the checks of " + auth->title() +
                      " to another location before anybody is asked: a 2xx of that lets everybody in",
                  "no rewrite in " + auth->title());
      }
    }
  }
}

}  // namespace

const std::vector<LintRule>& check_answer_rules() {
  static const std::vector<LintRule> rules = {
      {"check-not-answered", who_answers,
       "A check that nobody, or an application, answers is no check: a 2xx lets everybody in."},
      {"check-shared", shared_upstream,
       "A program that gets checks beside the gateway, as a `backup` server of the upstream or by its "
       "address, "
       "answers them with whatever it has: a 2xx lets everybody in."},
      {"check-answered-by-return", answered_by_return,
       "nginx runs `return` and `rewrite` before it asks the gateway: a 2xx in the location of the check, or "
       "where "
       "the rewrite leads, lets everybody in."},
  };
  return rules;
}

}  // namespace session::gateway
