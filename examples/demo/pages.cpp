#include "examples/demo/pages.h"

#include <algorithm>
#include <array>
#include <functional>

#include <nlohmann/json.hpp>

#include "examples/demo/text.h"

namespace session::demo {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxEmail = 254;

// nginx sends browsers to /login?to=ADDRESS, with the address that the browser wanted, percent-encoded.
std::string target_of(const Request& request) {
  return safe_target(form_field(request.query, "to").value_or("/account"));
}

// ASCII only: a header is no place for anything else.
std::string header_text(const nlohmann::json& attributes) {
  return attributes.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

Response start_page(const Request& request) {
  return page(request, "Sessions, without code for sessions", "start.html");
}

Response login_form(const Request& request) {
  // The session lives, but its login is too long ago for the page. Whoever is logged in must be asked all
  // the same: a login page that sent the browser back at once would do so for ever.
  const bool stale = form_field(request.query, "reason") == "stale";
  return page(request, stale ? "Please log in again" : "Log in", "login.html",
              {{"query", escaped(request.query)},
               {"target", escaped(target_of(request))},
               {"title", escaped(stale ? "Please log in again" : "Log in")},
               {"reason", escaped(stale ? "stale" : "")},
               {"explained", filled(stale ? "login_again.html" : "login_first.html")},
               {"button", escaped(stale ? "Log in again and go on" : "Log in")}});
}

Response log_in(const Request& request) {
  const std::string user = form_field(request.body, "user").value_or("");
  if (user.empty() || characters(user) > kMaxName)
    return refusal(request, 400, "No name",
                   "A name has 1 to 64 characters. Go back, and choose another one.");
  const bool admin = form_field(request.body, "admin").has_value();
  const bool remember = form_field(request.body, "remember").has_value();
  const nlohmann::json attributes = {
      {"user", user}, {"groups", admin ? nlohmann::json{"users", "admin"} : nlohmann::json{"users"}}};
  return commit("X-Session-Set: " + header_text(attributes) +
                    "\r\nX-Session-Lifetime: " + (remember ? "remember" : "default"),
                target_of(request));
}

Response log_out(const Request&) { return commit("X-Session-Destroy: true", "/"); }

std::string option(std::string_view value, std::string_view label, std::string_view chosen) {
  return "<option value=\"" + std::string(value) + "\"" + (value == chosen ? " selected" : "") + ">" +
         std::string(label) + "</option>";
}

Response account(const Request& request) {
  const std::string themes = option("system", "as the system has it", request.theme) +
                             option("light", "light", request.theme) + option("dark", "dark", request.theme);
  return page(request, "Hello, " + request.user, "account.html",
              {{"user", escaped(request.user)},
               {"groups", escaped(request.groups)},
               {"email", escaped(request.email.empty() ? "none yet" : request.email)},
               {"themes", Html{themes}}});
}

Response devices(const Request& request) { return page(request, "Your devices", "devices.html"); }

Response important_form(const Request& request) {
  return page(request, "Change something important", "password.html", {{"email", escaped(request.email)}});
}

// A real site would change a password here. This one has none to change.
Response change_important(const Request& request) {
  const std::string email = form_field(request.body, "email").value_or("");
  if (email.empty() || characters(email) > kMaxEmail || email.find('@') == std::string::npos)
    return refusal(request, 400, "No address", "An e-mail address has an @, and at most 254 characters.");
  return commit("X-Session-Set: " + header_text({{"email", email}}), "/account");
}

constexpr std::array kShownFirst = {"HTTP_X_AUTH_REQUEST_USER", "HTTP_X_AUTH_REQUEST_EMAIL",
                                    "HTTP_X_AUTH_REQUEST_GROUPS", "HTTP_X_AUTH_REQUEST_THEME", "HTTP_COOKIE"};

bool is_shown_first(const std::string& name) {
  return std::find(kShownFirst.begin(), kShownFirst.end(), name) != kShownFirst.end();
}

std::string entry(const std::string& name, const std::string& value) {
  const std::string shown = value.empty() ? "<i>empty</i>" : escaped(value).text;
  return "<dt>" + escaped(name).text + "</dt><dd>" + shown + "</dd>";
}

// The gateway's word on who it is, and the cookies without the session's; then what else the browser has
// sent. nginx also passes empty headers, of names that it takes away from clients.
Response headers_page(const Request& request) {
  std::string first;
  std::string others;
  for (const char* name : kShownFirst) first += entry(name, request.header(name));
  for (const auto& [name, value] : request.headers) {
    if (!is_shown_first(name) && !value.empty()) others += entry(name, value);
  }
  return page(request, "What your browser sent, what the application received", "headers.html",
              {{"first", Html{first}}, {"others", Html{others}}});
}

// The same for a script that compares it with what it has sent.
Response received_headers(const Request& request) {
  nlohmann::json headers = nlohmann::json::object();
  for (const auto& [name, value] : request.headers) headers[name] = value;
  return json(header_text({{"headers", headers}}));
}

Response admin_page(const Request& request) {
  return page(request, "Administration", "admin.html", {{"user", escaped(request.user)}});
}

// Where nginx goes on with whom the gateway has refused: the status is nginx's 403 already.
Response refused_page(const Request& request) { return page(request, "Not for you", "refused.html"); }

struct Route {
  std::string_view method;
  std::string_view path;
  std::function<Response(const Request&)> page;
  bool needs_user = false;
};

const std::array<Route, 12>& routes() {
  static const std::array<Route, 12> all = {{{"GET", "/", start_page},
                                             {"GET", "/login", login_form},
                                             {"POST", "/login", log_in},
                                             {"POST", "/logout", log_out},
                                             {"GET", "/refused", refused_page},
                                             {"GET", "/account", account, true},
                                             {"GET", "/devices", devices, true},
                                             {"GET", "/account/password", important_form, true},
                                             {"POST", "/account/password", change_important, true},
                                             {"GET", "/headers", headers_page, true},
                                             {"GET", "/headers/received", received_headers, true},
                                             {"GET", "/admin", admin_page, true}}};
  return all;
}

}  // namespace

Response answer(const Request& request) {
  const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  if (method != "GET" && method != "POST")
    return refusal(request, 405, "No such method", "GET and POST are known here.");
  if (method == "POST" && request.from_elsewhere())
    return refusal(request, 403, "Not sent from here", "The page of another site has sent this form.");
  for (const Route& route : routes()) {
    if (route.method != method || route.path != request.path) continue;
    // nginx lets nobody come here without a session. A page that shows private things looks again all the
    // same.
    if (route.needs_user && request.user.empty())
      return refusal(request, 403, "Nobody", "This session belongs to nobody.");
    return route.page(request);
  }
  if (method == "POST") return refusal(request, 405, "No such form", "Nothing is sent here.");
  return refusal(request, 404, "No such page", "The links above lead to the pages that exist.");
}

}  // namespace session::demo
