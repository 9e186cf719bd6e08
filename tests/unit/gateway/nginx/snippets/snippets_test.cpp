#include "gateway/nginx/snippets/snippets.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "gateway/nginx/model/header_names.h"
#include "tests/support/loading.h"
#include "tests/support/places.h"

using namespace session;
using namespace session::gateway;

namespace {

std::string bytes_of(const std::filesystem::path& file) {
  std::ostringstream bytes;
  bytes << std::ifstream(file, std::ios::binary).rdbuf();
  return bytes.str();
}

// One of the files for this configuration.
std::string snippet(const std::string& name, const std::string& yaml) {
  const auto files = snippets(settings(yaml));
  BOOST_REQUIRE_MESSAGE(files.has_value(), files.error());
  for (const Snippet& file : *files) {
    if (file.name == "session-gateway-" + name + ".conf") return file.text;
  }
  BOOST_FAIL("no such file: " << name);
  return {};
}

std::string refusal(const std::string& yaml) {
  const auto files = snippets(settings(yaml));
  return files ? "(none)" : files.error();
}

// The lines of a text that have this in them, but for comments.
std::string lines_with(const std::string& text, const std::string& part) {
  std::istringstream in(text);
  std::string out;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with('#') && line.find(part) != line.npos) out += line + "\n";
  }
  return out;
}

std::string variables(const std::vector<std::string>& headers, const std::vector<std::string>& taken = {}) {
  IdentitySettings identity;
  identity.headers.clear();
  for (const std::string& header : headers) identity.headers.emplace_back(header, "/a");
  const auto names = header_names(identity, taken);
  if (!names) return names.error();
  std::string out;
  for (const HeaderName& name : *names) out += name.variable + " ";
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nginx_snippets)

BOOST_AUTO_TEST_CASE(conf_nginx_is_what_the_defaults_give) {
  const auto files = snippets(Settings{});
  BOOST_REQUIRE(files.has_value());
  std::set<std::string> made;
  for (const Snippet& file : *files) {
    made.insert(file.name);
    const auto path = std::filesystem::path(session::test::source_root()) / "conf/nginx" / file.name;
    BOOST_TEST(file.text == bytes_of(path), file.name << " differs from conf/nginx");
  }
  std::set<std::string> there;
  for (const auto& entry : std::filesystem::directory_iterator(session::test::source_root() + "/conf/nginx"))
    there.insert(entry.path().filename());
  BOOST_TEST(made == there, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(other_identity_headers_take_the_places_of_the_default_ones) {
  const std::string yaml = "identity: { headers: { X-Remote-User: /user, X-Auth-Request-Theme: /theme } }\n";
  const std::string protect = snippet("protect", yaml);
  BOOST_TEST(lines_with(protect, "auth_request_set $session_x_remote_user") ==
             "auth_request_set $session_x_remote_user $upstream_http_x_remote_user;\n");
  BOOST_TEST(lines_with(protect, "X-Remote-User") ==
             "proxy_set_header X-Remote-User $session_x_remote_user;\n");
  BOOST_TEST(lines_with(protect, "X_REMOTE_USER") ==
             "fastcgi_param HTTP_X_REMOTE_USER $session_x_remote_user;\n");
  BOOST_TEST(lines_with(protect, "session_theme") ==
             "auth_request_set $session_theme $upstream_http_x_auth_request_theme;\n"
             "proxy_set_header X-Auth-Request-Theme $session_theme;\n"
             "fastcgi_param HTTP_X_AUTH_REQUEST_THEME $session_theme;\n");
  const std::string open = snippet("public", yaml);
  BOOST_TEST(lines_with(open, "emote") == "proxy_set_header X-Remote-User \"\";\n");
  BOOST_TEST(lines_with(open, "X_REMOTE") == "fastcgi_param HTTP_X_REMOTE_USER \"\";\n");
  BOOST_TEST(lines_with(open, "AUTH_REQUEST") == "fastcgi_param HTTP_X_AUTH_REQUEST_THEME \"\";\n");
  for (const std::string& text : {protect, open}) {
    for (const char* gone :
         {"Request-User", "request_user", "REQUEST_USER", "mail", "roups", "ROUPS", "EMAIL"})
      BOOST_TEST(lines_with(text, gone) == "");
  }
}

BOOST_AUTO_TEST_CASE(all_else_stays_as_it_is) {
  const std::string yaml = "identity: { headers: {} }\n";
  for (const char* name : {"health", "http", "server", "session", "upstream"})
    BOOST_TEST(snippet(name, yaml) == snippet(name, ""));
  const std::string protect = snippet("protect", "");
  for (const char* header :
       {"User", "Email", "Groups", "USER", "EMAIL", "GROUPS", "_user ", "_email ", "_groups "})
    BOOST_TEST(lines_with(protect, header) != "");
  BOOST_TEST(lines_with(snippet("protect", yaml), "proxy_set_header") ==
             lines_with(protect, "proxy_set_header Cookie") +
                 lines_with(protect, "proxy_set_header X-Session-"));
}

BOOST_AUTO_TEST_CASE(the_upstream_is_where_the_gateway_listens) {
  const auto servers = [](const std::string& listen) {
    return lines_with(snippet("upstream", "listen:\n" + listen), "    server ");
  };
  BOOST_TEST(servers("  - unix: /run/a.sock\n  - tcp: 127.0.0.1:9000\n  - tcp: '[::1]:9001'\n") ==
             "    server unix:/run/a.sock;\n    server 127.0.0.1:9000;\n    server [::1]:9001;\n");
  BOOST_TEST(servers("  - tcp: 0.0.0.0:9000\n  - tcp: '[::]:9000'\n") ==
             "    server 127.0.0.1:9000;\n    server [::1]:9000;\n");
  BOOST_TEST(servers("  - unix: \"/run/a; } \\\"b\\\" \\\\ 'c' $d\\n#\"\n") ==
             "    server \"unix:/run/a; } \\\"b\\\" \\\\ 'c' $d\\n#\";\n");
}

BOOST_AUTO_TEST_CASE(no_variable_is_one_that_the_files_use_or_that_another_header_has) {
  BOOST_TEST(variables({"X-Auth-Request-User", "X-User", "X-Auth-Request-X-User"}) ==
             "session_user session_x_user session_header_3 ");
  BOOST_TEST(variables({"X-Auth-Request-Header-2", "X-Auth-Request-Log-Id", "Header-9"}) ==
             "session_header_1 session_header_2 session_header_3 ");
  BOOST_TEST(variables({"X-Auth-Request-Require"}, {"session_require"}) == "session_header_1 ");
  // 46 characters are what nginx's tables take.
  BOOST_TEST(variables({std::string(38, 'a'), std::string(39, 'b')}) ==
             "session_" + std::string(38, 'a') + " session_header_2 ");
  const std::string yaml =
      "identity: { headers: { X-Auth-Request-Require: /a, X-Auth-Request-Probe: /b, X-Auth-Request-Cookie: "
      "/c } }\n";
  BOOST_TEST(lines_with(snippet("protect", yaml), "proxy_set_header X-Auth") ==
             "proxy_set_header X-Auth-Request-Require $session_header_1;\n"
             "proxy_set_header X-Auth-Request-Probe $session_header_2;\n"
             "proxy_set_header X-Auth-Request-Cookie $session_header_3;\n");
}

// The configuration refuses them, and so there are no files for them either.
BOOST_AUTO_TEST_CASE(no_header_that_the_files_would_not_carry_passes_the_check) {
  const std::string longest(46, 'x');
  for (const std::string name : {"X-$user", "X_User", "X.User", "X'", "X|Y", "X`", "X#", "X~", "Cookie",
                                 "host", "PROXY", "Content-Type", "X-Session-User", "X-Accel-Redirect"}) {
    BOOST_TEST(problems("identity: { headers: { \"" + name + "\": /a } }\n") != "", name);
    BOOST_TEST(variables({name}).starts_with("identity.headers: " + name + ": "), name);
  }
  BOOST_TEST(problems("identity: { headers: { " + longest + ": /a } }\n") == "");
  BOOST_TEST(problems("identity: { headers: { " + longest + "x: /a } }\n") != "");
  BOOST_TEST(variables({longest}) == "session_header_1 ");
  BOOST_TEST(variables({longest + "x"}).find("expected at most 46 characters, got 47") != std::string::npos);
}

// The configuration refuses such names before; this is the second lock.
BOOST_AUTO_TEST_CASE(no_name_can_end_a_directive) {
  const std::vector<std::string> names = {"",   "X; return 200",        "X\n",     "X}", "X{", "X\"", "X\\",
                                          "X ", std::string("X\0Y", 3), "\xc3\xa4"};
  for (const std::string& name : names)
    BOOST_TEST(variables({name}).find("letters, digits and - only") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_secret_of_listen_is_a_file_of_its_own_that_every_location_of_the_gateway_includes) {
  const std::string yaml = "listen: [ { unix: /run/a, secret: [ { value: new-" + std::string(32, 's') +
                           " }, { value: old-" + std::string(32, 's') + " } ] } ]\n";
  const auto files = snippets(settings(yaml), "/etc/nginx/of ours");
  BOOST_REQUIRE_MESSAGE(files.has_value(), files.error());
  std::size_t includes = 0;
  for (const Snippet& file : *files) {
    BOOST_TEST(file.secret == (file.name == kSecretSnippet));
    BOOST_TEST((file.text.find("new-") != file.text.npos) == file.secret);
    BOOST_TEST(file.text.find("old-") == file.text.npos);
    std::string lines = lines_with(file.text, "fastcgi_pass session_gateway");
    const auto passes = std::count(lines.begin(), lines.end(), '\n');
    lines = lines_with(file.text, "include \"/etc/nginx/of ours/session-gateway-secret.conf\";");
    BOOST_TEST(std::count(lines.begin(), lines.end(), '\n') == passes, file.name);
    includes += static_cast<std::size_t>(passes);
    BOOST_TEST(file.text.find("/etc/session-gateway/nginx/") == file.text.npos);
  }
  BOOST_TEST(includes == 7u);
  BOOST_TEST(lines_with(snippet("secret", yaml), "fastcgi") ==
             "fastcgi_param GATEWAY_SECRET new-" + std::string(32, 's') + ";\n");
}

BOOST_AUTO_TEST_CASE(listeners_with_different_secrets_have_no_common_upstream) {
  const auto listen = [](const std::string& second) {
    return "listen:\n- { unix: /run/a, secret: { value: " + std::string(32, 's') + " } }\n- { unix: /run/b" +
           second + " }\n";
  };
  BOOST_TEST(refusal(listen(", secret: { value: " + std::string(32, 't') + " }")) ==
             "listen: the listeners have different secrets, and nginx's upstream needs one for all");
  BOOST_TEST(refusal(listen("")) == "(none)");
}

BOOST_AUTO_TEST_CASE(the_cookies_that_open_sessions_are_those_of_the_configuration) {
  const auto names = [](const std::string& yaml) {
    const std::string file = snippet("http", yaml);
    const auto begin = file.find("*(?:", file.find("map $session_less_4 ")) + 1;
    const std::string found = file.substr(begin, file.find(")", begin) + 1 - begin);
    std::size_t count = 0;
    for (auto at = file.find(found); at != file.npos; at = file.find(found, at + 1)) ++count;
    return found + " " + std::to_string(count);
  };
  BOOST_TEST(names("") == "(?:__Host-session) 5");
  BOOST_TEST(names("cookie: { name: sid, secure: false }\n") == "(?:sid) 5");
  // Every character that means something in a pattern is escaped.
  BOOST_TEST(names("cookie: { name: \"a.b*c+d|e^f$g\", secure: false }\n") ==
             "(?:a\\.b\\*c\\+d\\|e\\^f\\$g) 5");
  BOOST_TEST(names("salt: { value: salt of the tests }\nkeys: [{ id: k1, value: the first key of the tests "
                   "of snippets }]\n"
                   "accept: [express, session-store]\nexpress: { secrets: [{ value: keyboard cat of the "
                   "tests }] }\n") == "(?:__Host-session|connect\\.sid|session-store) 5");
}

BOOST_AUTO_TEST_SUITE_END()
