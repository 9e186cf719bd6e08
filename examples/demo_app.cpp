// The application of the demo: pages with a login, and no code for sessions. nginx and the gateway do that
// part; what is left here is to read one header (who is it?) and to send two (log in, log out).
//
// usage: demo-app SOCKET      FastCGI, behind the nginx of conf/demo

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcgiapp.h>
#include <nlohmann/json.hpp>

namespace session::demo {
namespace {

constexpr std::size_t kMaxBody = 4096;
constexpr std::size_t kMaxName = 64;

struct Request {
  std::string method;
  std::string path;
  std::string query;
  std::string body;
  std::string user;    // from the identity headers: nginx sets them, or clears them
  std::string groups;  // separated by commas
  std::string theme;
  std::vector<std::pair<std::string, std::string>> received;  // identity headers and cookies, as they came
  bool cross_site = false;
};

struct Response {
  int status = 200;
  std::string headers;  // lines
  std::string body;
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The bytes that a percent-encoded text stands for; what is not an encoding stays.
std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool room = text[i] == '%' && i + 2 < text.size();
    const int high = room ? hex_digit(text[i + 1]) : -1;
    const int low = room ? hex_digit(text[i + 2]) : -1;
    if (high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// How many characters a UTF-8 text has: each begins with a byte that continues no other one.
std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  return count;
}

// A field of a form (application/x-www-form-urlencoded).
std::optional<std::string> form_field(std::string_view form, std::string_view name) {
  while (!form.empty()) {
    const auto end = form.find('&');
    const std::string_view pair = form.substr(0, end);
    form = end == std::string_view::npos ? "" : form.substr(end + 1);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    std::string value(pair.substr(equals + 1));
    for (char& c : value) {
      if (c == '+') c = ' ';
    }
    return percent_decoded(value);
  }
  return std::nullopt;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// A page of this site to return to after the login. Never another site's: not "//elsewhere", not
// "/\elsewhere", and nothing that could end a header line.
std::string safe_target(std::string_view text) {
  const bool local = text.size() > 1 && text[0] == '/' && text[1] != '/' && text[1] != '\\';
  for (const char c : text) {
    if (c <= ' ' || c > '~') return "/account";
  }
  return local ? std::string(text) : "/account";
}

// nginx sends browsers to /login?to=ADDRESS, with the address that the browser wanted, percent-encoded.
std::string target_of(const Request& request) {
  return safe_target(form_field(request.query, "to").value_or("/account"));
}

Response page(std::string_view title, std::string_view content, std::string_view theme = "") {
  Response response;
  response.headers = "Content-Type: text/html; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n";
  response.body =
      "<!doctype html><html lang=\"en\"><head><title>" + escaped(title) + "</title>" +
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><style>" +
      "body{font:1.1em/1.5 sans-serif;max-width:34em;margin:3em auto;padding:0 1em}" +
      "dt{font-family:monospace}dd{overflow-wrap:anywhere}" +
      "body.dark{background:#222;color:#eee}body.dark a{color:#9cf}</style></head><body class=\"" +
      escaped(theme) + "\"><h1>" + escaped(title) + "</h1>" + std::string(content) +
      "<p><a href=\"/\">Start</a> <a href=\"/account\">Account</a> <a href=\"/admin\">Admin</a></p>" +
      "</body></html>\n";
  return response;
}

Response refusal(int status, std::string_view title, std::string_view text) {
  Response response = page(title, "<p>" + escaped(text) + "</p>");
  response.status = status;
  return response;
}

// Hands over to nginx, and nginx to the gateway: it changes the session as `change` says, sets the cookie and
// sends the browser to `location`. These lines are all that a login takes, in any language.
Response commit(const std::string& change, const std::string& location) {
  Response response;
  response.headers =
      "X-Accel-Redirect: /_session/commit\r\n" + change + "\r\nX-Session-Location: " + location + "\r\n";
  return response;
}

Response start_page() {
  return page("Session demo",
              "<p>Everybody may read this. Your <a href=\"/account\">account</a> asks for a login, and "
              "<a href=\"/admin\">one page</a> for an administrator.</p>");
}

Response login_form(const Request& request) {
  return page("Log in", "<form method=\"post\" action=\"/login?" + escaped(request.query) +
                            "\"><p><label>Name <input name=\"user\" required maxlength=\"64\"></label></p>"
                            "<p><label><input type=\"checkbox\" name=\"admin\"> administrator</label></p>"
                            "<p><button>Log in</button></p></form>");
}

Response log_in(const Request& request) {
  if (request.cross_site) return refusal(403, "No", "Another site has sent this form.");
  const std::string user = form_field(request.body, "user").value_or("");
  if (user.empty() || characters(user) > kMaxName) {
    return refusal(400, "No name", "A name has 1 to 64 characters.");
  }
  const bool admin = form_field(request.body, "admin").has_value();
  const nlohmann::json attributes = {
      {"user", user}, {"groups", admin ? nlohmann::json{"users", "admin"} : nlohmann::json{"users"}}};
  // ASCII only: a header is no place for anything else.
  const auto text = attributes.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  return commit("X-Session-Set: " + text, target_of(request));
}

Response log_out(const Request& request) {
  if (request.cross_site) return refusal(403, "No", "Another site has sent this form.");
  return commit("X-Session-Destroy: true", "/");
}

constexpr std::string_view kThemeScript = R"(<script>
document.querySelector('#theme').addEventListener('change', async (event) => {
  const response = await fetch('/session', {
    method: 'POST',
    headers: {'Content-Type': 'application/json', 'Accept': 'application/json'},
    body: JSON.stringify({set: {theme: event.target.value}}),
  });
  if (response.ok) location.reload();
  else document.querySelector('#problem').textContent = 'Not saved: ' + response.status;
});
</script>)";

std::string option(std::string_view value, std::string_view chosen) {
  return "<option" + std::string(value == chosen ? " selected" : "") + ">" + std::string(value) + "</option>";
}

// What nginx has passed on of the identity headers and cookies: the gateway's word, and no session cookie.
std::string received(const Request& request) {
  std::string entries;
  for (const auto& [name, value] : request.received) {
    const std::string shown = value.empty() ? "<i>empty</i>" : escaped(value);
    entries += "<dt>" + escaped(name) + "</dt><dd>" + shown + "</dd>";
  }
  return "<h2>What this application received</h2><p>nginx has set the identity headers to what the gateway "
         "says, whatever the browser has sent under these names, and has kept the session cookie "
         "back.</p><dl>" +
         entries + "</dl>";
}

Response account(const Request& request) {
  // nginx lets nobody come here without a session. A page that shows private things looks again all the same.
  if (request.user.empty()) return refusal(403, "Nobody", "This session belongs to nobody.");
  const std::string theme = request.theme == "dark" ? "dark" : "light";
  return page("Hello, " + request.user,
              "<p>Groups: " + escaped(request.groups) + "</p><p><label>Theme <select id=\"theme\">" +
                  option("light", theme) + option("dark", theme) +
                  "</select></label> <span id=\"problem\"></span></p>"
                  "<form method=\"post\" action=\"/logout\"><button>Log out</button></form>" +
                  received(request) + std::string(kThemeScript),
              theme);
}

Response admin_page(const Request& request) {
  return page("Administration", "<p>" + escaped(request.user) + " may see this.</p>");
}

Response refused_page() {
  return page("Not for you",
              "<p>This page is for administrators, and your session does not belong to one. "
              "<a href=\"/login?to=/admin\">Log in again</a>, with \"administrator\" ticked.</p>");
}

Response answer(const Request& request) {
  const bool post = request.method == "POST";
  if (!post && request.method != "GET" && request.method != "HEAD") {
    return refusal(405, "No such method", "GET and POST are known here.");
  }
  if (request.path == "/login") return post ? log_in(request) : login_form(request);
  if (request.path == "/logout" && post) return log_out(request);
  if (post) return refusal(405, "No such form", "Nothing is sent here.");
  if (request.path == "/") return start_page();
  if (request.path == "/account") return account(request);
  if (request.path == "/admin") return admin_page(request);
  // Where nginx goes on whom the gateway has refused: the status is nginx's 403 already.
  if (request.path == "/refused") return refused_page();
  return refusal(404, "No such page", "The start page knows the others.");
}

std::string param(const FCGX_Request& request, const char* name) {
  const char* value = FCGX_GetParam(name, request.envp);
  return value == nullptr ? "" : value;
}

// The identity headers of conf/demo/gateway.yaml and the cookies, under the names of CGI.
std::vector<std::pair<std::string, std::string>> received(const FCGX_Request& request) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const char* name : {"HTTP_X_AUTH_REQUEST_USER", "HTTP_X_AUTH_REQUEST_EMAIL",
                           "HTTP_X_AUTH_REQUEST_GROUPS", "HTTP_X_AUTH_REQUEST_THEME", "HTTP_COOKIE"}) {
    found.emplace_back(name, param(request, name));
  }
  return found;
}

// The body, or nullopt if it is longer than any form here.
std::optional<std::string> read_body(const FCGX_Request& request) {
  std::string body(kMaxBody + 1, '\0');
  const int length = FCGX_GetStr(body.data(), static_cast<int>(body.size()), request.in);
  body.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  if (body.size() > kMaxBody) return std::nullopt;
  return body;
}

Response handle(const FCGX_Request& raw) {
  auto body = read_body(raw);
  if (!body) return refusal(413, "Too long", "A form here is shorter.");
  Request request;
  request.method = param(raw, "REQUEST_METHOD");
  request.path = param(raw, "DOCUMENT_URI");
  request.query = param(raw, "QUERY_STRING");
  request.body = *std::move(body);
  request.user = percent_decoded(param(raw, "HTTP_X_AUTH_REQUEST_USER"));
  request.groups = percent_decoded(param(raw, "HTTP_X_AUTH_REQUEST_GROUPS"));
  request.theme = percent_decoded(param(raw, "HTTP_X_AUTH_REQUEST_THEME"));
  request.received = received(raw);
  request.cross_site = param(raw, "HTTP_SEC_FETCH_SITE") == "cross-site";
  return answer(request);
}

void send(const Response& response, const FCGX_Request& to) {
  const std::string text =
      "Status: " + std::to_string(response.status) + "\r\n" + response.headers + "\r\n" + response.body;
  FCGX_PutStr(text.data(), static_cast<int>(text.size()), to.out);
}

int serve(const char* socket) {
  FCGX_Init();
  // libfcgi takes SIGTERM for itself and goes on. There is nothing here to bring to an end.
  std::signal(SIGTERM, SIG_DFL);
  constexpr int kBacklog = 128;
  const int listener = FCGX_OpenSocket(socket, kBacklog);
  FCGX_Request request;
  if (listener < 0 || FCGX_InitRequest(&request, listener, 0) != 0) {
    std::fprintf(stderr, "demo-app: cannot listen on %s\n", socket);
    return EXIT_FAILURE;
  }
  while (FCGX_Accept_r(&request) == 0) {
    send(handle(request), request);
    FCGX_Finish_r(&request);
  }
  return EXIT_FAILURE;
}

}  // namespace
}  // namespace session::demo

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: demo-app SOCKET\n");
    return 2;
  }
  return session::demo::serve(argv[1]);
}
