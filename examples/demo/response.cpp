#include "examples/demo/response.h"

#include <array>
#include <stdexcept>

#include "examples/demo/templates.h"

namespace session::demo {
namespace {

// Scripts and styles are files of this site, and nothing is inline: so the policy needs no exceptions.
constexpr std::string_view kPageHeaders =
    "Content-Type: text/html; charset=utf-8\r\n"
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: same-origin\r\n"
    "Cache-Control: no-store\r\n";

struct Link {
  std::string_view path;
  std::string_view label;
};
constexpr std::array<Link, 6> kLinks = {{{"/", "Start"},
                                         {"/account", "Account"},
                                         {"/devices", "Your devices"},
                                         {"/headers", "What is sent"},
                                         {"/account/password", "Step-up"},
                                         {"/admin", "Admin"}}};

const Html& value_of(const Values& values, std::string_view name) {
  for (const auto& [known, value] : values) {
    if (known == name) return value;
  }
  throw std::out_of_range("no value for {{" + std::string(name) + "}}");
}

Html navigation(const Request& request) {
  std::string links;
  for (const Link& link : kLinks) {
    const std::string_view current = link.path == request.path ? " aria-current=\"page\"" : "";
    links.append("<li><a href=\"").append(link.path).append("\"").append(current).append(">");
    links.append(link.label).append("</a></li>");
  }
  return {links};
}

// Who is logged in, where the gateway says so. Elsewhere the script of the page asks.
Html who(const Request& request) {
  if (request.user.empty()) return {};
  return filled("who.html", {{"user", escaped(request.user)}});
}

std::string_view theme_of(const Request& request) {
  return request.theme == "dark" || request.theme == "light" ? std::string_view(request.theme) : "system";
}

Response whole_page(const Request& request, std::string_view title, const Html& content) {
  Response response;
  response.headers = kPageHeaders;
  response.body = filled("layout.html", {{"title", escaped(title)},
                                         {"theme", escaped(theme_of(request))},
                                         {"navigation", navigation(request)},
                                         {"who", who(request)},
                                         {"content", content}})
                      .text;
  return response;
}

}  // namespace

Html filled(std::string_view file, const Values& values) {
  std::string_view rest = templates().at(file);
  std::string out;
  for (auto begin = rest.find("{{"); begin != std::string_view::npos; begin = rest.find("{{")) {
    const auto end = rest.find("}}", begin);
    out += rest.substr(0, begin);
    out += value_of(values, rest.substr(begin + 2, end - begin - 2)).text;
    rest = rest.substr(end + 2);
  }
  return {out += rest};
}

Response page(const Request& request, std::string_view title, std::string_view file, const Values& values) {
  return whole_page(request, title, filled(file, values));
}

Response refusal(const Request& request, int status, std::string_view title, std::string_view text) {
  Response response =
      page(request, title, "refusal.html", {{"title", escaped(title)}, {"text", escaped(text)}});
  response.status = status;
  return response;
}

Response json(const std::string& text) {
  Response response;
  response.headers =
      "Content-Type: application/json\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n";
  response.body = text;
  return response;
}

Response commit(const std::string& change, const std::string& location) {
  Response response;
  response.headers =
      "X-Accel-Redirect: /_session/commit\r\n" + change + "\r\nX-Session-Location: " + location + "\r\n";
  return response;
}

}  // namespace session::demo
