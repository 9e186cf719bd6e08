// Rules for subrequests: nginx runs no check for a request that it makes by itself.

#include <algorithm>
#include <array>

#include "gateway/nginx/lint/rule.h"

namespace session::gateway {
namespace {

// A directive that asks an address by subrequest, and which of its arguments is the address.
struct Asking {
  std::string_view directive;
  std::size_t argument = 0;
};
constexpr std::array<Asking, 7> kAsking = {{{"mirror", 0},
                                            {"fancyindex_header", 0},
                                            {"fancyindex_footer", 0},
                                            {"echo_location", 0},
                                            {"echo_location_async", 0},
                                            {"echo_subrequest", 1},
                                            {"echo_subrequest_async", 1}}};
constexpr std::array<const char*, 11> kPrograms = {
    "perl",           "js_content",           "content_by_lua_block", "content_by_lua_file",
    "content_by_lua", "rewrite_by_lua_block", "rewrite_by_lua_file",  "rewrite_by_lua",
    "access_by_lua",  "access_by_lua_block",  "access_by_lua_file"};

// The contexts in which a server with protected locations serves clients without a check: its locations,
// their branches, and the server itself.
std::vector<const Context*> open_places(const Inspection& in) {
  std::vector<const Context*> all = in.usage.model().servers();
  const auto& contexts = in.usage.model().contexts();
  all.insert(all.end(), contexts.begin(), contexts.end());
  std::erase_if(all, [&](const Context* context) {
    return GatewayUsage::check(*context) || in.usage.is_gateway(*context) ||
           !in.usage.has_checks(*context->enclosing(Context::Level::server));
  });
  return all;
}

void asked_in_open_place(Inspection& in, const Context& context, const Directive& line,
                         const std::string& target) {
  const std::string where = legible(line.name) + " in " + context.title() + ", which has no check, ";
  const std::string write = "an address without a check; or in " + context.title() + ": " + kIncludeProtect;
  if (!in.taint.in(target).empty()) {
    in.danger(line.place, where + "asks what the client says: no check is made for a subrequest", write);
    return;
  }
  if (target.find('$') != target.npos) {
    in.advice(line.place, where + "asks " + legible(target) + ": no check is made for a subrequest", write);
    return;
  }
  const Context* to = Model::route(*context.enclosing(Context::Level::server), target);
  if (!target.starts_with('/') || !to || !GatewayUsage::check(*to) || in.usage.is_gateway(*to)) return;
  in.danger(line.place,
            where + "asks " + legible(target) + " of the protected " + to->title() + " (" +
                render(to->place()) + "): no check is made for a subrequest",
            write);
}

// Reports addresses that nginx asks by itself, from an open place, and that are protected.
void added_to_open_place(Inspection& in) {
  for (const Context* context : open_places(in)) {
    for (const Asking& asking : kAsking) {
      for (const Directive* line : context->list(asking.directive))
        asked_in_open_place(in, *context, *line, line->arg(asking.argument));
    }
  }
}

void program_in_open_place(Inspection& in) {
  for (const Context* context : open_places(in)) {
    for (const char* directive : kPrograms) {
      for (const Directive* line : context->own(directive)) {
        in.advice(
            line->place,
            legible(line->name) + " in " + context->title() +
                ", which has no check: no check is made for its subrequests, and what it asks can't be "
                "told",
            "no subrequests to protected addresses; or in " + context->title() + ": " + kIncludeProtect);
      }
    }
  }
}

}  // namespace

const std::vector<LintRule>& subrequest_rules() {
  static const std::vector<LintRule> rules = {
      {"subrequest-to-protected", added_to_open_place,
       "`mirror` and the like ask an address by subrequest, for which no check is made."},
      {"program-makes-subrequests", program_in_open_place,
       "Perl, JavaScript and Lua can ask any address of the server by subrequest, for which no check is "
       "made, "
       "and lint does not read them."},
  };
  return rules;
}

}  // namespace session::gateway
