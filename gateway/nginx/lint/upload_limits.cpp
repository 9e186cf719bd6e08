// A rule for the sizes of requests: the check and the commit have limits of their own.

#include <limits>

#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/model/sizes.h"

namespace session::gateway {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

// Returns the largest body that a context takes.
std::uint64_t largest_body(const Context& context) {
  const Directive* line = context.find("client_max_body_size");
  if (!line) return 1 << 20;  // nginx's default
  const std::uint64_t size = nginx_size(line->arg(0));
  return size == 0 ? kUnlimited : size;
}

std::string size_in_words(const Context& context) {
  const Directive* line = context.find("client_max_body_size");
  return line ? legible(line->arg(0)) : "1m";
}

// Reports a location that takes larger bodies than one of the gateway's behind it. The shipped one takes all.
void compare(Inspection& in, const Context& context, const Context& behind, const std::string& what_happens) {
  if (is_shipped(behind.block()) || largest_body(context) <= largest_body(behind)) return;
  const Directive* line = context.find("client_max_body_size");
  const bool unlimited = largest_body(context) == kUnlimited;
  in.advice(line ? line->place : context.place(),
            context.title() + " takes bodies " +
                (unlimited ? "of any size" : "of up to " + size_in_words(context)) + ", and " +
                behind.title() + " (" + render(behind.place()) + ") of up to " + size_in_words(behind) +
                ": " + what_happens,
            "in " + behind.title() + ": client_max_body_size 0;");
}

void upload_refused_inside(Inspection& in) {
  std::vector<const Context*> commits;
  for (const Context* context : in.usage.handling_contexts()) {
    if (in.usage.is_gateway(*context) && in.usage.is_endpoint(*context, "commit")) commits.push_back(context);
  }
  for (const Context* context : in.usage.handling_contexts()) {
    if (in.usage.is_gateway(*context) || context->internal()) continue;
    if (GatewayUsage::check(*context) && in.usage.asks_gateway(*context)) {
      if (const Context* auth = in.usage.auth_location(*context))
        compare(in, *context, *auth, "the check of a larger one fails, which is a 500");
    }
    if (!in.usage.is_application(*context)) continue;
    for (const Context* commit : commits) {
      if (commit->enclosing(Context::Level::server) != context->enclosing(Context::Level::server)) continue;
      compare(
          in, *context, *commit,
          "where a larger one changes the session, the application has taken it, and the answer is a 413");
    }
  }
}

}  // namespace

const std::vector<LintRule>& upload_rules() {
  static const std::vector<LintRule> rules = {
      {"upload-refused-inside", upload_refused_inside,
       "nginx compares the length of a request with the limit of the check's location, too, though no body "
       "goes there: an upload that the application would take is a 500. `client_max_body_size 0;` belongs "
       "into every auth and commit location."},
  };
  return rules;
}

}  // namespace session::gateway
