#include <unistd.h>

#include <span>
#include <string>
#include <utility>

#include "gateway/endpoints/admin_answers.h"
#include "gateway/endpoints/endpoint.h"
#include "gateway/endpoints/origin_check.h"
#include "gateway/endpoints/session_refusals.h"
#include "gateway/http/problem.h"

namespace session::gateway {
namespace {

enum class Resource { sessions, session, subjects, stats, exported, imported };

// What a request is about.
struct Target {
  Resource resource;
  std::string name = {};  // of a session
};

// Returns what follows the last `word` of the path that ends with it or goes on with a slash.
std::optional<std::string_view> behind_last(std::string_view path, std::string_view word) {
  for (auto at = path.rfind(word); at != path.npos; at = at == 0 ? path.npos : path.rfind(word, at - 1)) {
    const std::string_view rest = path.substr(at + word.size());
    if (rest.empty() || rest.front() == '/') return rest;
  }
  return std::nullopt;
}

// The front may serve the endpoint below any path, so the end of the path counts. nullopt: there is no such
// resource.
std::optional<Target> target_of(std::string_view path) {
  if (behind_last(path, "/subjects") == "") return Target{Resource::subjects};
  if (behind_last(path, "/stats") == "") return Target{Resource::stats};
  if (behind_last(path, "/export") == "") return Target{Resource::exported};
  if (behind_last(path, "/import") == "") return Target{Resource::imported};
  const auto rest = behind_last(path, "/sessions");
  if (!rest) return std::nullopt;
  if (rest->empty()) return Target{Resource::sessions};
  return Target{Resource::session, std::string(rest->substr(1))};
}

// Which names the query of a request may have; nullptr: the resource does not take the method.
struct Row {
  Resource resource;
  std::string_view method;
  std::vector<std::string_view> names;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {Resource::sessions, "GET", {"subject", "cursor", "limit"}},
      {Resource::sessions, "POST", {}},
      {Resource::sessions, "DELETE", {"subject", "except", "all", "confirm", "cursor"}},
      {Resource::session, "GET", {"subject", "cursor"}},
      {Resource::session, "DELETE", {"subject", "cursor"}},
      {Resource::subjects, "GET", {"prefix", "cursor", "limit"}},
      {Resource::stats, "GET", {}},
      {Resource::exported, "GET", {"cursor"}},
      {Resource::imported, "POST", {}},
  };
  return all;
}

const Row* row_for(Resource resource, std::string_view method) {
  for (const Row& row : rows()) {
    if (row.resource == resource && row.method == (method == "HEAD" ? "GET" : method)) return &row;
  }
  return nullptr;
}

Response wrong_method(Resource resource) {
  std::string allow;
  for (const Row& row : rows()) {
    if (row.resource != resource) continue;
    allow.append(allow.empty() ? "" : ", ").append(row.method);
    if (row.method == "GET") allow += ", HEAD";
  }
  Response response = problem(405, "method-not-allowed", "This address does not take the method.");
  response.headers.add("Allow", allow);
  return response;
}

// Whoever has all sessions can read what every user keeps there, and whoever puts some in can be anybody. So
// this takes more than the right to use the endpoint: by nginx there is no such address, and on the socket
// only those may who could read the memory of the gateway anyway.
std::optional<Response> refused_transfer(Resource resource, const Request& request) {
  if (resource != Resource::exported && resource != Resource::imported) return std::nullopt;
  if (!request.operator_user) return problem(404, "no-endpoint", "Nothing is served here.");
  if (*request.operator_user == 0 || *request.operator_user == ::geteuid()) return std::nullopt;
  Response response = problem(
      403, "forbidden", "Only root, and the user as whom the gateway runs, may export and import sessions.");
  add_refusal(response.events, response.reason);
  return response;
}

Task<Boxed<Response>> answer(Target target, const Request& request, const Operator& by, Services& services) {
  if (auto refused = refused_transfer(target.resource, request)) co_return std::move(*refused);
  const Row* const row = row_for(target.resource, request.method);
  if (row == nullptr) co_return wrong_method(target.resource);
  const auto query = Query::parse(request.query, row->names);
  if (!query) co_return bad_query(query.error());
  switch (target.resource) {
    case Resource::sessions:
      if (row->method == "POST") co_return co_await admin_show_cookie(request, services);
      if (row->method == "GET") co_return co_await admin_list(*query, services);
      co_return co_await admin_end_several(request, *query, by, services);
    case Resource::session:
      if (row->method == "GET") co_return co_await admin_show(std::move(target.name), *query, services);
      co_return co_await admin_end_one(std::move(target.name), *query, by, services);
    case Resource::subjects:
      co_return co_await admin_subjects(*query, services);
    case Resource::exported:
      co_return co_await admin_export(*query, services);
    case Resource::imported:
      co_return co_await admin_import(request, services);
    case Resource::stats:
      break;
  }
  co_return co_await admin_stats(services);
}

bool is_of_operator(SessionEvent::Kind kind) {
  using Kind = SessionEvent::Kind;
  return kind == Kind::viewed || kind == Kind::exported || kind == Kind::imported;
}

bool only_reads(std::string_view method) { return method == "GET" || method == "HEAD"; }

}  // namespace

// Shows operators who is logged in, and ends sessions for them.
Task<Boxed<Response>> admin_endpoint(const Request& request, Services& services) {
  if (!only_reads(request.method)) {
    if (const auto why = cross_origin(request.headers, request.settings.scheme()))
      co_return denied("cross-origin", *why);
  }
  auto by = co_await operator_of(request, services);
  if (!by) co_return by.error();
  const auto target = target_of(request.resource);
  Boxed<Response> response = problem(404, "no-endpoint", "Nothing is served here.");
  if (target) response = co_await answer(*target, request, *by, services);
  for (SessionEvent& event : response->events) {
    if (event.actor.empty() && is_of_operator(event.kind)) event.actor = by->name;
  }
  if (!by->set_cookie.empty()) response->headers.add("Set-Cookie", by->set_cookie);
  co_return with_events(std::move(*response), std::move(by->events));
}

}  // namespace session::gateway
