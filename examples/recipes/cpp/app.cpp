// Login, logout, a page with a login and "your devices", in C++ with the session library: FastCGI behind
// nginx, and no session-gateway. The program itself opens the sessions of its requests.
//
// usage: recipe-cpp SOCKET

#include <sys/stat.h>

#include <csignal>
#include <iostream>
#include <regex>

#include <fcgiapp.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "core/base/run.h"
#include "core/crypto/random.h"
#include "core/format/native/native.h"
#include "core/session/session_manager.h"
#include "core/store/memory/memory_store.h"

using session::Flush;
using session::Json;
using session::Session;
using session::SessionManager;
using session::Task;

namespace {

struct User {
  std::string salt;
  std::string hash;
  std::vector<std::string> groups;
};

// A sample, with the password "wonderland". Keep such salted and slow hashes in your database.
const User* user_of(const std::string& name) {
  static const std::map<std::string, User> all = {
      {"alice",
       {"vZ1oM0GkQ9bXw2Ra", "68614e92881859c9477eaf6f05d086bdd7885b7b23d7e7b629099e5e021e786d", {"staff"}}}};
  const auto found = all.find(name);
  return found == all.end() ? nullptr : &found->second;
}

// Compared with if there is no such user, so that the time of an answer does not tell which names exist.
User nobody() { return {"", std::string(64, '0'), {}}; }

struct Request {
  std::string method;
  std::string path;     // as nginx has routed on it
  std::string address;  // path and query, as the browser has asked for them
  std::string query;
  std::string body;
  std::string cookies;
  std::string client;
  std::string agent;
  std::string accept;
  std::string origin;
  std::string host;
};

struct Response {
  int status = 200;
  std::string headers = {};  // lines, each with its \r\n
  std::string body = {};
};

// One manager per thread, over a store that all threads share. A RedisStore in its place shares the sessions
// with other programs, and keeps them over restarts.
SessionManager make_manager(session::Store& store) {
  session::SessionManagerOptions options;
  options.cookie.name = "recipe_session";
  // For http://127.0.0.1 only. On a real site leave both lines out: the defaults are right.
  options.cookie.secure = false;
  session::NativeFormatOptions format;
  format.cookie_name = options.cookie.name;
  // A real program reads both from files that it alone may read. With random ones all sessions end with it.
  format.keys = {{"k1", session::Secret(session::system_random().bytes(32))}};
  format.salt = session::Secret(session::system_random().bytes(32));
  auto identity = std::make_shared<const session::Identity>(session::IdentitySettings{});
  return {store, session::native_format(std::move(format), session::system_random()), std::move(identity),
          std::move(options)};
}

// --- Texts ---

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::sscanf(std::string(text.substr(i + 1, 2)).c_str(), "%2x", &byte) == 1) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

// As one value of a query.
std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    std::array<char, 4> hex{};
    std::snprintf(hex.data(), hex.size(), "%%%02X", static_cast<unsigned char>(c));
    out += std::isalnum(static_cast<unsigned char>(c)) != 0 || std::strchr("-._~", c) != nullptr
               ? std::string(1, c)
               : std::string(hex.data());
  }
  return out;
}

// A field of a form or of a query: the first of that name, or an empty text.
std::string field(std::string_view form, std::string_view name) {
  while (!form.empty()) {
    const std::string_view pair = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(form.size(), pair.size() + 1));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return decoded(pair.substr(name.size() + 1));
  }
  return "";
}

std::string html(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += std::strchr("&<>\"'", c) != nullptr ? "&#" + std::to_string(int{c}) + ";" : std::string(1, c);
  return out;
}

// Anybody can write a link to /login?to=...: it must lead to a page of this site. Browsers take \ for /.
std::string safe(const std::string& to) {
  static const std::regex local(R"(/(?![/\\])[!-~]*)");
  return to.size() <= 2048 && std::regex_match(to, local) ? to : "/account";
}

std::string text_of(const Json* value) {
  if (value == nullptr) return "";
  if (value->is_string()) return value->get<std::string>();
  std::string joined;
  for (const Json& each : *value) joined += (joined.empty() ? "" : ",") + each.get<std::string>();
  return joined;
}

bool is_right(const User& user, const std::string& password) {
  std::array<unsigned char, 32> found{};
  if (EVP_PBE_scrypt(password.data(), password.size(),
                     reinterpret_cast<const unsigned char*>(user.salt.data()), user.salt.size(), 16384, 8, 1,
                     std::size_t{64} << 20, found.data(), found.size()) != 1)
    return false;
  std::string hex;
  for (const unsigned char byte : found) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", byte);
    hex += digits.data();
  }
  return hex.size() == user.hash.size() && CRYPTO_memcmp(hex.data(), user.hash.data(), hex.size()) == 0;
}

// --- Answers ---

Response page(std::string_view title, std::string_view body, int status = 200) {
  return {status, "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n",
          "<!doctype html><html lang=\"en\"><title>" + std::string(title) + "</title>\n" + std::string(body) +
              "</html>\n"};
}

Response refusal(int status, std::string text) {
  return {status, "Content-Type: text/plain\r\nCache-Control: no-store\r\n", std::move(text)};
}

// The store could not answer. This is an outage and no logout: no cookie is touched.
Response outage() {
  Response response = refusal(503, "Please try again.");
  response.headers += "Retry-After: 5\r\n";
  return response;
}

// Sends the browser on, with what the session has to tell it: a new cookie after a login, none after a
// logout.
Response redirect(const std::string& location, const Session* session = nullptr) {
  Response response{303, "Location: " + location + "\r\nCache-Control: no-store\r\n"};
  if (session == nullptr) return response;
  for (const std::string& cookie : session->set_cookies())
    response.headers += "Set-Cookie: " + cookie + "\r\n";
  return response;
}

Response login_page(const std::string& to, std::string_view problem = "", int status = 200) {
  return page("Log in",
              R"(<h1>Log in</h1>
<p role="alert">)" +
                  html(problem) + R"(</p>
<form method="post" action="/login">
  <input type="hidden" name="to" value=")" +
                  html(to) + R"(">
  <p><label>Name <input name="user" autocomplete="username" required></label></p>
  <p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
  <p><button>Log in</button></p>
</form>)",
              status);
}

Response account_page(Session& session) {
  const std::string note = text_of(session.get("note"));
  return page("Your account", "<h1>Hello, " + html(text_of(session.get("user"))) +
                                  "</h1>\n<p>Groups: " + html(text_of(session.get("groups"))) +
                                  "</p>\n<p>Note: " + html(note.empty() ? "none yet" : note) + R"(</p>
<form method="post" action="/account/note">
  <p><label>Note <input name="note" maxlength="200"></label> <button>Keep</button></p>
</form>
<p><a href="/account/devices">Your devices</a></p>
<form method="post" action="/logout"><button>Log out</button></form>)");
}

Response start_page() {
  return page("Recipe", "<h1>Welcome</h1>\n<p><a href=\"/account\">Your account</a></p>");
}

// --- What the requests do ---

Task<Response> log_in(SessionManager& manager, const Request& request) {
  const std::string name = field(request.body, "user");
  const std::string to = safe(field(request.body, "to"));
  const User* found = user_of(name);
  const bool right = is_right(found == nullptr ? nobody() : *found, field(request.body, "password"));
  if (found == nullptr || !right) co_return login_page(to, "Wrong name or password.", 403);
  const std::string_view cookies[] = {request.cookies};
  auto opened = co_await manager.open(cookies);
  if (!opened) co_return outage();
  // Whoever logs in gets a new id, and the visitor's other sessions end.
  Session session = opened->session ? std::move(*opened->session) : manager.create(opened->named().others);
  session.set_client(session::client_facts(request.client, request.agent), session::SameSubject::login);
  Json attributes = {{"user", name}, {"groups", found->groups}};
  auto written = co_await session.set(std::move(attributes), Flush::now);
  if (!written) co_return outage();
  co_return redirect(to, &session);
}

Task<Response> log_out(Session& session) {
  auto destroyed = co_await session.destroy();
  if (!destroyed && destroyed.error().kind == session::WriteFailure::Kind::store) co_return outage();
  co_return redirect("/", &session);
}

Task<Response> keep_note(Session& session, const Request& request) {
  const std::string note = field(request.body, "note");
  std::size_t end = 0;
  for (int count = 0; end < note.size(); ++end) {  // bytes of 10xxxxxx go on with a character
    if ((static_cast<unsigned char>(note[end]) & 0xC0U) != 0x80U && ++count > 200) break;
  }
  auto written = co_await session.set("note", note.substr(0, end), Flush::now);
  if (written) co_return redirect("/account", &session);
  if (written.error().kind == session::WriteFailure::Kind::store) co_return outage();
  co_return refusal(400, "That can't be kept.");
}

// Where the user is logged in, as the gateway's endpoint `sessions` tells it.
Task<Response> list(SessionManager& manager, Session& session) {
  auto sessions = co_await manager.directory().of(text_of(session.get("user")));
  if (!sessions) co_return outage();
  Json all = Json::array();
  for (const session::SessionInfo& info : *sessions) {
    all.push_back({{"name", info.name},
                   {"current", info.name == session.log_id()},
                   {"agent", info.client.agent},
                   {"client", info.client.address},
                   {"created", info.created ? info.created->count() : 0}});
  }
  co_return Response{200, "Content-Type: application/json\r\nCache-Control: no-store\r\n",
                     Json{{"sessions", all}}.dump()};
}

Task<Response> end(SessionManager& manager, Session& session, const Request& request) {
  const std::string user = text_of(session.get("user"));
  session::SessionDirectory directory = manager.directory();
  session::DirectoryEnded ended;
  if (field(request.query, "others") == "true") {
    ended = co_await directory.end_others(user, session);
  } else {
    ended = co_await directory.end(field(request.query, "name"), user);
    if (!ended.failure && ended.events.empty()) co_return refusal(404, "There is no such session.");
  }
  co_return ended.failure ? outage() : Response{204};
}

// Pages for everybody stand before this. All others need a login.
Task<Response> answer_user(SessionManager& manager, const Request& request) {
  const std::string_view cookies[] = {request.cookies};
  auto opened = co_await manager.open(cookies);
  if (!opened) co_return outage();
  if (!opened->session || opened->session->get("user") == nullptr) {
    const bool is_page = request.accept.find("text/html") != std::string::npos;
    co_return is_page ? redirect("/login?to=" + encoded(request.address)) : refusal(401, "Log in first.");
  }
  Session& session = *opened->session;
  const std::string what = request.method + " " + request.path;
  if (what == "GET /account") co_return account_page(session);
  // nginx has the file, in a place that browsers can't ask for.
  if (what == "GET /account/devices") co_return Response{200, "X-Accel-Redirect: /_pages/devices.html\r\n"};
  if (what == "POST /account/note") {
    Response response = co_await keep_note(session, request);
    co_return response;
  }
  if (what == "POST /logout") {
    Response response = co_await log_out(session);
    co_return response;
  }
  if (what == "GET /sessions") {
    Response response = co_await list(manager, session);
    co_return response;
  }
  if (what == "DELETE /sessions") {
    Response response = co_await end(manager, session, request);
    co_return response;
  }
  co_return refusal(404, "There is no such page.");
}

// Browsers name with every request that changes something the site whose page has sent it.
bool is_from_elsewhere(const Request& request) {
  if (request.method == "GET" || request.method == "HEAD" || request.origin.empty()) return false;
  static const std::regex origin("https?://(.*?)(:[0-9]+)?");
  std::smatch found;
  return !std::regex_match(request.origin, found, origin) || found[1] != request.host;
}

Task<Response> answer(SessionManager& manager, const Request& request) {
  if (is_from_elsewhere(request)) co_return refusal(403, "Forbidden");
  const std::string what = request.method + " " + request.path;
  if (what == "GET /") co_return start_page();
  if (what == "GET /login") co_return login_page(safe(field(request.query, "to")));
  if (what == "POST /login") {
    Response response = co_await log_in(manager, request);
    co_return response;
  }
  Response response = co_await answer_user(manager, request);
  co_return response;
}

// --- FastCGI ---

Request read(const FCGX_Request& raw) {
  const auto param = [&raw](const char* name) {
    const char* value = FCGX_GetParam(name, raw.envp);
    return std::string(value == nullptr ? "" : value);
  };
  std::string body(16384, '\0');
  const int length = FCGX_GetStr(body.data(), static_cast<int>(body.size()), raw.in);
  body.resize(static_cast<std::size_t>(std::max(length, 0)));
  return {param("REQUEST_METHOD"), param("DOCUMENT_URI"), param("REQUEST_URI"), param("QUERY_STRING"),
          std::move(body),         param("HTTP_COOKIE"),  param("REMOTE_ADDR"), param("HTTP_USER_AGENT"),
          param("HTTP_ACCEPT"),    param("HTTP_ORIGIN"),  param("HTTP_HOST")};
}

void send(const Response& response, const FCGX_Request& to) {
  const std::string text =
      "Status: " + std::to_string(response.status) + "\r\n" + response.headers + "\r\n" + response.body;
  FCGX_PutStr(text.data(), static_cast<int>(text.size()), to.out);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  FCGX_Init();
  std::signal(SIGTERM, SIG_DFL);  // libfcgi takes it for itself, and goes on
  umask(007);                     // the socket is for this user and its group, which nginx is in
  const int listener = FCGX_OpenSocket(argv[1], 128);
  FCGX_Request raw;
  if (listener < 0 || FCGX_InitRequest(&raw, listener, 0) != 0) {
    std::cerr << "cannot listen on " << argv[1] << "\n";
    return 1;
  }
  session::MemoryStore store;
  SessionManager manager = make_manager(store);
  while (FCGX_Accept_r(&raw) == 0) {
    const Request request = read(raw);
    send(session::run(answer(manager, request)), raw);
    FCGX_Finish_r(&raw);
  }
  return 1;
}
