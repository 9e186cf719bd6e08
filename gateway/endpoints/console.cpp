#include <string>
#include <string_view>
#include <utility>

#include "core/base/text.h"
#include "gateway/console/assets.h"
#include "gateway/endpoints/admin_answers.h"
#include "gateway/endpoints/endpoint.h"
#include "gateway/http/json_response.h"
#include "gateway/http/problem.h"

namespace session::gateway {
namespace {

// What the page may do: fetch its own files and ask the gateway, and nothing else. No script can come in by
// markup, as no text becomes markup (Trusted Types).
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri "
    "'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types "
    "'none'";

// What a path is about. The front may serve the console below any path, so the end of the path counts.
struct Part {
  enum class Kind { page, asset, api, none };
  Kind kind = Kind::none;
  std::string_view rest = {};  // what follows `assets/` or `api/`
};

Part part_of(std::string_view path) {
  if (path.ends_with('/')) return {Part::Kind::page};
  Part part;
  std::size_t last = 0;
  const auto look_for = [&](std::string_view word, Part::Kind kind) {
    const auto at = path.rfind(word);
    if (at == path.npos || at + word.size() <= last) return;
    last = at + word.size();
    part = {kind, path.substr(last)};
  };
  look_for("/assets/", Part::Kind::asset);
  look_for("/api/", Part::Kind::api);
  return part;
}

bool has_version(const Request& request, std::string_view etag) {
  std::string_view known = request.headers.get("If-None-Match");
  while (!known.empty()) {
    std::string_view each = take_item(known, ',');
    if (each.starts_with("W/")) each.remove_prefix(2);
    if (each == etag) return true;
  }
  return false;
}

// `cache`: how long browsers may keep it. The file is the same for every operator.
Response file_response(const Request& request, std::string_view name, std::string_view text,
                       std::string_view cache) {
  const std::string etag = "\"" + console_assets().version() + "\"";
  Response response{has_version(request, etag) ? 304 : 200, {}, {}};
  response.headers.add("Cache-Control", cache).add("ETag", etag);
  response.headers.add("Content-Security-Policy", kPolicy)
      .add("X-Content-Type-Options", "nosniff")
      .add("Referrer-Policy", "no-referrer")
      .add("Cross-Origin-Opener-Policy", "same-origin")
      .add("Cross-Origin-Resource-Policy", "same-origin");
  if (response.status == 304) return response;
  response.headers.add("Content-Type", media_type(name));
  response.body = text;
  return response;
}

Response not_there() { return problem(404, "no-endpoint", "Nothing is served here."); }

// `path` is VERSION/NAME. Another version than this program's has other files: the page is from before an
// update, and is loaded again.
Response asset_response(const Request& request, std::string_view path) {
  const std::string begin = console_assets().version() + "/";
  const ConsoleFile* file =
      path.starts_with(begin) ? console_assets().find(path.substr(begin.size())) : nullptr;
  if (file == nullptr) return not_there();
  return file_response(request, file->name, file->text, "private, max-age=31536000, immutable");
}

Task<Boxed<Response>> self_response(const Request& request, const Operator& by, Services& services) {
  auto session = co_await own_session(request, services);
  if (!session) co_return admin_store_failed(session.error(), services.telemetry.log());
  Json body = Json::object();
  body["subject"] = header_text(by.name);
  body["session"] = std::move(*session);
  co_return json_response(body);
}

Task<Boxed<Response>> answer(const Part& part, const Request& request, const Operator& by,
                             Services& services) {
  if (part.kind == Part::Kind::page)
    co_return file_response(request, "index.html", console_assets().page(), "no-store");
  if (part.kind == Part::Kind::asset) co_return asset_response(request, part.rest);
  if (part.kind == Part::Kind::none) co_return not_there();
  if (part.rest == "self") co_return co_await self_response(request, by, services);
  co_return co_await metrics_endpoint(request, services);
}

Response wrong_method() {
  Response response = problem(405, "method-not-allowed", "This address answers GET and HEAD.");
  response.headers.add("Allow", "GET, HEAD");
  return response;
}

}  // namespace

// Shows operators a page about who is logged in. The page, its files below `assets/`, and what it asks for
// below `api/`: the endpoint `admin`, and with it `self` and `metrics`. All of it is for operators only, as
// `admin` is.
Task<Boxed<Response>> console_endpoint(const Request& request, Services& services) {
  const Part part = part_of(request.resource);
  const bool own = part.kind != Part::Kind::api || part.rest == "self" || part.rest == "metrics";
  if (!own) co_return co_await admin_endpoint(request, services);
  if (request.method != "GET" && request.method != "HEAD") co_return wrong_method();
  auto by = co_await operator_of(request, services);
  if (!by) co_return by.error();
  Boxed<Response> response = co_await answer(part, request, *by, services);
  if (!by->set_cookie.empty()) response->headers.add("Set-Cookie", by->set_cookie);
  co_return with_events(std::move(*response), std::move(by->events));
}

}  // namespace session::gateway
