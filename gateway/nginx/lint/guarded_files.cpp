#include "gateway/nginx/lint/guarded_files.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

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

bool serves_files(const Context& place) {
  return !place.internal() && !Model::handler(place) && !answers_itself(place) &&
         (place.find("root") || place.find("alias"));
}

void add_serving(const Context& level, std::vector<const Context*>& to) {
  for (const Context* location : level.locations()) {
    if (serves_files(*location)) to.push_back(location);
    add_serving(*location, to);
  }
}

}  // namespace

bool refuses_everybody(const Context& location) {
  const auto& lines = location.own("return");
  return !lines.empty() && lines.front()->arg(0).size() == 3 && lines.front()->arg(0).starts_with('4');
}

std::optional<std::string> directory_of_bodies(const Context& place) {
  const Directive* kept = place.find("client_body_in_file_only");
  const Directive* path = place.find("client_body_temp_path");
  if (!kept || kept->arg(0) != "on" || !path || !path->arg(0).starts_with('/')) return std::nullopt;
  return normalised_path(path->arg(0) + "/");
}

std::vector<Guarded> guarded_files(const Inspection& in) {
  std::vector<Guarded> all;
  std::set<std::pair<std::string, CheckRequirements::Rules>> seen;
  for (const Context* context : in.usage.model().contexts()) {
    if (context->level() != Context::Level::location || context->internal() ||
        !GatewayUsage::check(*context) || in.usage.is_gateway(*context) ||
        (answers_itself(*context) && !refuses_everybody(*context)))
      continue;
    const auto path = path_in(*context);
    const auto file = !path                      ? std::nullopt
                      : Model::handler(*context) ? stored_file(*context, *path)
                                                 : file_of(*context, *path);
    const CheckRequirements::Rules* rules = in.requirements.of(*context);
    auto body = directory_of_bodies(*context);
    if (body) *body += "0000000001";
    for (const auto& one : {file, body}) {
      if (one && seen.emplace(*one, rules ? *rules : CheckRequirements::Rules()).second)
        all.push_back({context, *one});
    }
  }
  return all;
}

std::vector<const Context*> serving_places(const Context& server) {
  std::vector<const Context*> places;
  if (serves_files(server)) places.push_back(&server);
  add_serving(server, places);
  return places;
}

std::vector<const Context*> open_places(const Context& server) {
  std::vector<const Context*> places = serving_places(server);
  std::erase_if(places, [](const Context* place) { return is_closed(*place); });
  return places;
}

}  // namespace session::gateway
