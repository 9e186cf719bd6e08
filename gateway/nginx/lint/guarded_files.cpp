#include "gateway/nginx/lint/guarded_files.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "gateway/nginx/lint/redirect_walk.h"
#include "gateway/nginx/lint/served_files.h"

namespace session::gateway {
namespace {

bool answers_itself(const Context& context) {
  constexpr std::array<const char*, 4> kAnswers = {"return", "js_content", "empty_gif", "stub_status"};
  return std::any_of(kAnswers.begin(), kAnswers.end(),
                     [&](const char* name) { return !context.own(name).empty(); });
}

// Returns the file in which nginx keeps an answer for a path: proxy_store. nullopt: it keeps none, or where
// is unknown.
std::optional<std::string> stored_file(const Context& context, const std::string& path) {
  const Directive* line = context.find(Model::handler(context)->kind + "_store");
  if (!line || line->arg(0) == "off") return std::nullopt;
  if (line->arg(0) == "on") return file_of(context, path);
  std::string file = line->arg(0);
  for (const char* variable : {"$uri", "$document_uri", "$request_uri"}) {
    const auto at = file.find(variable);
    if (at != file.npos) file.replace(at, std::string(variable).size(), path);
  }
  return file.starts_with('/') && file.find('$') == file.npos ? std::optional(file) : std::nullopt;
}

bool is_open(const Context& place) {
  return !place.internal() && !is_closed(place) && !Model::handler(place) && !answers_itself(place) &&
         (place.find("root") || place.find("alias"));
}

void add_open(const Context& level, std::vector<const Context*>& to) {
  for (const Context* location : level.locations()) {
    if (is_open(*location)) to.push_back(location);
    add_open(*location, to);
  }
}

}  // namespace

std::vector<Guarded> guarded_files(const Inspection& in) {
  std::vector<Guarded> all;
  std::set<std::string> seen;
  for (const Context* context : in.usage.model().contexts()) {
    if (context->level() != Context::Level::location || context->internal() ||
        !GatewayUsage::check(*context) || in.usage.is_gateway(*context) || answers_itself(*context))
      continue;
    const auto path = path_in(*context);
    const auto file = !path                      ? std::nullopt
                      : Model::handler(*context) ? stored_file(*context, *path)
                                                 : file_of(*context, *path);
    if (file && seen.insert(*file).second) all.push_back({context, *file});
  }
  return all;
}

std::vector<const Context*> open_places(const Context& server) {
  std::vector<const Context*> places;
  if (is_open(server)) places.push_back(&server);
  add_open(server, places);
  return places;
}

}  // namespace session::gateway
