// Rules for the address of the client, where others than nginx say it.

#include <algorithm>
#include <set>

#include "gateway/nginx/lint/rule.h"

namespace session::gateway {
namespace {

const Directive* wide_line(const Context& context) {
  const auto& lines = context.list("set_real_ip_from");
  const auto found = std::find_if(lines.begin(), lines.end(),
                                  [](const Directive* line) { return is_wide_network(line->arg(0)); });
  return found == lines.end() ? nullptr : *found;
}

// Whether `allow` and `deny` decide in a location about what is not for everybody: in a server with protected
// locations whatever it serves, elsewhere the gateway and its applications.
bool address_decides(const Inspection& in, const Context& context) {
  return !context.list("allow").empty() && !context.list("deny").empty() &&
         (in.usage.has_checks(*context.enclosing(Context::Level::server)) || in.usage.is_gateway(context) ||
          in.usage.is_application(context) || !context.own("stub_status").empty());
}

void anybody_says_addresses(Inspection& in) {
  std::set<const Directive*> told;
  for (const Context* context : in.usage.model().contexts()) {
    const Directive* line = wide_line(*context);
    if (!line || context->internal() || !address_decides(in, *context) || !told.insert(line).second) continue;
    in.danger(line->place,
              "everybody may say which address a request comes from, so that the allow lines of " +
                  context->title() + " (" + render(context->place()) + ") let everybody in",
              "set_real_ip_from with the addresses of your own proxies only");
  }
}

}  // namespace

const std::vector<LintRule>& client_address_rules() {
  static const std::vector<LintRule> rules = {
      {"address-from-anybody", anybody_says_addresses,
       "With `set_real_ip_from 0.0.0.0/0` the client's address is what its header says: `allow` and `deny` "
       "keep nobody out."},
  };
  return rules;
}

}  // namespace session::gateway
