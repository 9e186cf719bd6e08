#pragma once

#include <set>
#include <string>

#include "gateway/endpoints/endpoint.h"
#include "tests/support/endpoint_fixture.h"

namespace session::test {

// The endpoint `admin`, as an operator of the machine asks it over its socket, and as nginx does.
struct AdminFixture : EndpointFixture {
  using Response = gateway::Response;

  Session login(const std::string& user, const Json& more = Json::object()) {
    Json attributes{{"user", user}};
    attributes.update(more);
    Session session = stored(std::move(attributes));
    clock.advance(std::chrono::seconds(1));
    return session;
  }

  Response by_socket(const std::string& method, const std::string& path, const std::string& query = {},
                     const std::string& body = {}) {
    Asked asked(method);
    asked.with("DOCUMENT_URI", path).with("QUERY_STRING", query).body(body);
    gateway::Request request = asked.request();
    request.operator_user = 0;
    return respond(gateway::admin_endpoint(request, services));
  }
  Response get(const std::string& path, const std::string& query = {}) {
    return by_socket("GET", path, query);
  }
  Response end(const std::string& query) { return by_socket("DELETE", "/sessions", query); }

  static Json body(const Response& response) { return Json::parse(response.body); }
  static std::string reason(const Response& response) {
    return std::string(response.headers.get("X-Session-Reason"));
  }
  static std::string detail(const Response& response) {
    return body(response).at("detail").get<std::string>();
  }
  static std::set<std::string> names_in(const Response& response) {
    std::set<std::string> names;
    const Json sessions = body(response).at("sessions");
    for (const Json& session : sessions) names.insert(session.at("name").get<std::string>());
    return names;
  }
  static std::string cursor_in(const Response& response) { return body(response).value("cursor", ""); }

  // The names on all pages, and how many pages there are.
  std::pair<std::set<std::string>, int> pages(const std::string& query) {
    std::set<std::string> names;
    std::string cursor;
    int count = 0;
    do {
      const Response page =
          get("/sessions", query + (cursor.empty() ? "" : (query.empty() ? "cursor=" : "&cursor=") + cursor));
      names.merge(names_in(page));
      cursor = cursor_in(page);
      ++count;
    } while (!cursor.empty());
    return {names, count};
  }
};

}  // namespace session::test
