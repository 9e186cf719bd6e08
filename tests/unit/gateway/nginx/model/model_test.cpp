#include "gateway/nginx/model/model.h"

#include <boost/test/unit_test.hpp>

#include "gateway/nginx/lint/taint_analysis.h"
#include "gateway/nginx/syntax/parser.h"

using namespace session::gateway;

namespace {

struct Parsed {
  explicit Parsed(const std::string& http)
      : directives(*parse_nginx("nginx.conf", "http {\n" + http + "\n}")), model(directives) {}

  const Context& context(const std::string& title) const {
    for (const Context* context : model.contexts()) {
      if (context->title() == title) return *context;
    }
    throw std::runtime_error("no " + title);
  }
  // The first argument of each line that counts there.
  std::string list(const std::string& title, const std::string& name) const {
    std::string out;
    for (const Directive* line : context(title).list(name)) out += line->arg(0) + " ";
    return out;
  }
  std::string route(const std::string& path) const {
    const Context* location = Model::route(*model.servers().front(), path);
    return location ? location->title() : "(none)";
  }
  std::string addresses(const std::string& title) const {
    std::string out;
    for (const std::string& address : model.addresses(*Model::handler(context(title)))) out += address + " ";
    return out;
  }

  std::vector<Directive> directives;
  Model model;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(inheritance)

BOOST_AUTO_TEST_CASE(a_level_with_lines_of_its_own_inherits_none) {
  const Parsed usage(
      "add_header A 1; server { add_header B 1; add_header C 1; location / { location /in { add_header D 1; "
      "} "
      "if ($x) { add_header E 1; } limit_except GET { deny all; } } } server { location /other { } }");
  BOOST_TEST(usage.list("location /", "add_header") == "B C ");
  BOOST_TEST(usage.list("location /in", "add_header") == "D ");
  BOOST_TEST(usage.list("if in location /", "add_header") == "E ");
  BOOST_TEST(usage.list("limit_except in location /", "add_header") == "B C ");
  BOOST_TEST(usage.list("location /other", "add_header") == "A ");
  BOOST_TEST(usage.list("location /", "deny") == "");
}

BOOST_AUTO_TEST_CASE(the_nearest_single_line_counts) {
  const Parsed usage("satisfy all; server { location / { satisfy any; location /in { } } location /b { } }");
  BOOST_TEST(usage.context("location /in").find("satisfy")->arg(0) == "any");
  BOOST_TEST(usage.context("location /b").find("satisfy")->arg(0) == "all");
  BOOST_TEST(usage.context("location /b").find("internal") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_branch_is_handled_as_its_location_is_but_an_inner_location_is_not) {
  const Parsed usage(
      "server { location / { proxy_pass http://a; if ($x) { } limit_except GET { fastcgi_pass b; } location "
      "/in { } } }");
  BOOST_TEST(Model::handler(usage.context("if in location /"))->kind == "proxy");
  BOOST_TEST(Model::handler(usage.context("limit_except in location /"))->kind == "fastcgi");
  BOOST_TEST(!Model::handler(usage.context("location /in")).has_value());
}

BOOST_AUTO_TEST_CASE(one_address_has_one_spelling) {
  const Parsed usage(
      "upstream app { server localhost:3000 weight=2; server unix:/a.sock; } server {"
      "location /1 { proxy_pass http://app/x; } location /2 { proxy_pass http://localhost:3000; }"
      "location /3 { proxy_pass http://unix:/a.sock:/x; } location /4 { fastcgi_pass unix:/a.sock; }"
      "location /5 { proxy_pass http://[::1]; } location /6 { proxy_pass $target; } location /7 { grpc_pass "
      "10.0.0.1; } }");
  BOOST_TEST(usage.addresses("location /1") == "127.0.0.1:3000 unix:/a.sock upstream app ");
  BOOST_TEST(usage.addresses("location /2") == "127.0.0.1:3000 ");
  BOOST_TEST(usage.addresses("location /3") == "unix:/a.sock ");
  BOOST_TEST(usage.addresses("location /4") == "unix:/a.sock ");
  BOOST_TEST(usage.addresses("location /5") == "127.0.0.1:80 ");
  BOOST_TEST(usage.addresses("location /6") == "$target ");
  BOOST_TEST(usage.addresses("location /7") == "10.0.0.1:80 ");
}

BOOST_AUTO_TEST_CASE(every_name_of_the_local_machine_is_one) {
  for (const char* target : {"http://[::1]:3000", "http://localhost:3000/x", "http://LocalHost:3000",
                             "http://[0:0:0:0:0:0:0:1]:3000", "http://[::ffff:127.0.0.1]:3000",
                             "http://0.0.0.0:3000", "https://ip6-localhost:3000", "$scheme://127.0.0.1:3000"})
    BOOST_TEST(
        Parsed("server { location / { proxy_pass " + std::string(target) + "; } }").addresses("location /") ==
            "127.0.0.1:3000 ",
        target);
  for (const auto& [target, expected] :
       {std::pair("http://127.0.0.1:3001", "127.0.0.1:3001 "),
        std::pair("http://[2001:DB8:0::1]", "[2001:db8::1]:80 "),
        std::pair("https://a.example", "a.example:443 "), std::pair("http://[x]:1", "[x]:1 ")})
    BOOST_TEST(
        Parsed("server { location / { proxy_pass " + std::string(target) + "; } }").addresses("location /") ==
        expected);
}

BOOST_AUTO_TEST_CASE(a_variable_that_is_always_the_same_is_what_it_holds) {
  const auto to = [](const std::string& sets, const std::string& target) {
    return Parsed("upstream app { server 127.0.0.1:3000; } server { " + sets + " location / { proxy_pass " +
                  target + "; } }")
        .addresses("location /");
  };
  const std::string once = "set $b 127.0.0.1:3000;";
  for (const char* target :
       {"http://$b", "http://${b}/x", "http://$b$request_uri", "http://${b}$uri$is_args$args"})
    BOOST_TEST(to(once, target) == "127.0.0.1:3000 ", target);
  BOOST_TEST(to("set $b http://localhost:3000;", "$b") == "127.0.0.1:3000 ");
  BOOST_TEST(to("set $b app;", "http://$b") == "127.0.0.1:3000 upstream app ");
  BOOST_TEST(to("set $h 127.0.0.1; set $p 3000;", "http://$h:$p") == "127.0.0.1:3000 ");
  BOOST_TEST(to(once + once, "http://$b") == "127.0.0.1:3000 ");
  BOOST_TEST(to(once, "http://$bb") == "$bb ");
  BOOST_TEST(to(once + "set $b 127.0.0.1:4000;", "http://$b") == "$b ");
  BOOST_TEST(to(once + "set $b $arg_b;", "http://$b") == "$b ");
  BOOST_TEST(to(once + "auth_request_set $b $upstream_http_b;", "http://$b") == "$b ");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(routing)

BOOST_AUTO_TEST_CASE(exact_then_shielded_prefix_then_regex_then_longest_prefix) {
  const Parsed usage(
      "server { location / { } location = /a { } location /a/b { } location ^~ /static/ { } location ~ "
      "\\.php$ { } "
      "location ~* ^/IMG { } location @named { } location =/joined { } }");
  BOOST_TEST(usage.route("/a") == "location = /a");
  BOOST_TEST(usage.route("/a/bc") == "location /a/b");
  BOOST_TEST(usage.route("/a/b.php") == "location ~ \\.php$");
  BOOST_TEST(usage.route("/static/x.php") == "location ^~ /static/");
  BOOST_TEST(usage.route("/img") == "location ~* ^/IMG");
  BOOST_TEST(usage.route("/x") == "location /");
  BOOST_TEST(usage.route("/joined") == "location =/joined");
  BOOST_TEST(usage.route("@named") == "(none)");
}

BOOST_AUTO_TEST_CASE(inner_locations_count_within_theirs) {
  const Parsed usage(
      "server { location /a/ { location /a/b/ { } location ~ \\.txt$ { } } location ~ \\.txt$ { location ~ "
      "^/c { } } }");
  BOOST_TEST(usage.route("/a/b/c") == "location /a/b/");
  BOOST_TEST(usage.route("/c.txt") == "location ~ ^/c");
  BOOST_TEST(usage.route("/a/x.txt") == "location ~ \\.txt$");
  BOOST_TEST(Model::route(*usage.model.servers().front(), "/a/x.txt")->parent()->title() == "location /a/");
  BOOST_TEST(usage.route("/none") == "(none)");
}

BOOST_AUTO_TEST_CASE(a_pattern_that_cannot_be_judged_leaves_it_open) {
  const Parsed usage("server { location / { } location ~ (a { } }");
  BOOST_TEST(usage.route("/x") == "(none)");
  const Parsed costly("server { location / { } location ~ ^/(a|aa)+$ { } }");
  BOOST_TEST(costly.route("/" + std::string(200, 'a') + "b") == "(none)");
  const Parsed plain("server { location / { } }");
  BOOST_TEST(plain.route("/" + std::string(999, 'a')) == "location /");
  BOOST_TEST(plain.route("/" + std::string(1000, 'a')) == "(none)");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(words_of_clients)

BOOST_AUTO_TEST_CASE(what_comes_from_the_request_is_the_clients_and_the_rest_is_not) {
  const Parsed usage("");
  const TaintAnalysis words(usage.model);
  for (const char* text :
       {"$arg_a", "x$http_cookie", "${cookie_a}", "$request_uri", "$uri", "$args", "$1", "$host$args"})
    BOOST_TEST(words.in(text) != "", text);
  BOOST_TEST(words.in("$host$args") == "$args");
  for (const char* text :
       {"auth", "$host", "$remote_addr", "$upstream_http_x", "$request_method", "$session_user", "$"})
    BOOST_TEST(words.in(text) == "", text);
}

BOOST_AUTO_TEST_CASE(what_is_made_of_it_is_the_clients_too) {
  const Parsed usage(
      "map $c $d { default 0; 1 2; } map $http_x $c { default a; x b; } map $http_x $fixed { default a; }\n"
      "map $uri $path { default a; /x b; }\n"
      "server { set $b $a; set $a $arg_a; set $u $upstream_http_x;\n"
      "location ~ ^/(?<probe>health|ready)/(?<any>.*)$ { } }");
  const TaintAnalysis words(usage.model);
  for (const char* text : {"$a", "$b", "$c", "$d", "$any"}) BOOST_TEST(words.in(text) == text);
  for (const char* text : {"$fixed", "$path", "$u", "$probe"}) BOOST_TEST(words.in(text) == "");
}

BOOST_AUTO_TEST_CASE(every_directive_that_gives_a_variable_a_value_counts) {
  const Parsed usage(
      "geo $arg_x $g { default a; proxy 10.0.0.1; 10.0.0.0/8 b; } geo $country { default a; 10.0.0.0/8 b; }\n"
      "geo $http_x $same { default a; proxy 10.0.0.1; delete 10.0.0.2; 10.0.0.0/8 a; }\n"
      "split_clients ${arg_x}a $s { 50% a; * b; } split_clients $remote_addr $half { 50% a; * b; }\n"
      "map $uri$arg_x $both { default a; x b; }\n"
      "server { location / { auth_request_set $r $http_x; auth_request_set $right $upstream_http_x; } }");
  const TaintAnalysis words(usage.model);
  for (const char* text : {"$g", "$s", "$both", "$r"}) BOOST_TEST(words.in(text) == text);
  for (const char* text : {"$country", "$same", "$half", "$right"}) BOOST_TEST(words.in(text) == "", text);
}

BOOST_AUTO_TEST_CASE(what_an_if_sets_is_chosen_by_whom_it_asks) {
  const Parsed usage(
      "server { if ($cookie_a) { set $a 1; } location / { if ($http_x) { set $b 1; set $c $arg_c; }\n"
      "if ($uri ~ ^/x) { set $d 1; } if ($b) { set $e 1; } } }");
  const TaintAnalysis words(usage.model);
  for (const char* text : {"$a", "$b", "$c", "$e"}) BOOST_TEST(words.in(text) == text);
  BOOST_TEST(words.in("$d") == "");
  BOOST_TEST(words.said_in("$a$b$e") == "");
  BOOST_TEST(words.said_in("$a$c") == "$c");
}

BOOST_AUTO_TEST_SUITE_END()
