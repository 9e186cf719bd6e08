// `session-gateway sessions`, against a running gateway and against none.

#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/admin_gateway.h"
#include "tests/support/daemon/impostor.h"
#include "tests/support/daemon/wire_redis.h"
#include "tests/support/places.h"
#include "tests/support/program.h"

namespace session::gateway::test {
namespace {

using session::test::RedisServer;
using session::test::run_gateway_command;
using session::test::run_program;
using session::test::Said;

struct Commands {
  Said run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "sessions");
    arguments.insert(arguments.end(), {"--config", gateway.config_file()});
    return run_gateway_command(std::move(arguments));
  }
  // The names that a list prints, in its order.
  [[nodiscard]] std::vector<std::string> names(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"list", "--json"});
    std::vector<std::string> names;
    const Json all = Json::parse(run(std::move(more)).out);
    for (const Json& session : all.at("sessions")) names.push_back(session.at("name").get<std::string>());
    return names;
  }

  WireGateway gateway{with_admin({}, true)};
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sessions_command, Commands)

BOOST_AUTO_TEST_CASE(it_lists_who_is_logged_in) {
  BOOST_TEST(run({"list"}).status == 1);
  (void)gateway.log_in(R"({"user":"alice"})");
  (void)gateway.log_in(R"({"user":"bob smith"})");
  const Said all = run({"list"});
  BOOST_TEST(all.status == 0);
  BOOST_TEST(all.out.starts_with("NAME"));
  for (const char* part : {"SUBJECT", "LAST-SEEN", "alice", "bob smith", "Z  "})
    BOOST_TEST(has(all.out, part));
  BOOST_TEST(all.err == "");
  const Said bobs = run({"list", "--subject", "bob smith"});
  BOOST_TEST(!has(bobs.out, "alice"));
  BOOST_TEST(names().size() == 2u);
  const Said nobodys = run({"list", "--subject", "nobody", "--json"});
  BOOST_TEST(nobodys.status == 1);
  BOOST_TEST(nobodys.out == "{\"sessions\":[]}\n");
}

BOOST_AUTO_TEST_CASE(what_users_choose_can_t_change_a_terminal) {
  (void)gateway.log_in("{\"user\":\"\\u001b[31mred\\u202e\\u009b\\n\"}");
  for (const std::vector<std::string>& command : {std::vector<std::string>{"list"},
                                                  {"list", "--json"},
                                                  {"count", "--by-subject"},
                                                  {"show", names()[0]}}) {
    const Said said = run(command);
    BOOST_TEST(said.status == 0);
    for (const char c : said.out) BOOST_TEST_REQUIRE((c == '\n' || (c >= ' ' && c <= '~')));
  }
}

BOOST_AUTO_TEST_CASE(it_counts) {
  BOOST_TEST(run({"count"}).out == "0\n");
  (void)log_in_often(gateway, "alice", 3);
  (void)log_in_often(gateway, "bob", 5);
  (void)gateway.log_in(R"({"cart":1})");
  BOOST_TEST(run({"count"}).out == "9\n");
  BOOST_TEST(run({"count", "--by-subject"}).out == "SESSIONS  SUBJECT\n5         bob\n3         alice\n");
  const Json json = Json::parse(run({"count", "--by-subject", "--json"}).out);
  BOOST_TEST(json.at("sessions") == 9);
  BOOST_TEST(json.at("without_subject") == 1);
  BOOST_TEST(json.at("subjects").at("bob") == 5);
}

BOOST_AUTO_TEST_CASE(it_shows_one_session_by_name_and_by_cookie) {
  const std::string cookie = gateway.log_in(R"({"user":"alice","cart":[1]})");
  const std::string name = names()[0];
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"show", name}, {"show", name, "--subject", "alice"}}) {
    const Said said = run(command);
    BOOST_TEST(said.status == 0);
    BOOST_TEST(has(said.out, "name: " + name + "\n"));
    BOOST_TEST(has(said.out, "subject: alice\n"));
    BOOST_TEST(has(said.out, R"("cart":[1])"));
  }
  BOOST_TEST(run({"show", name, "--subject", "bob"}).status == 1);
  const auto by_cookie = [&](const std::string& text) {
    return run_program({"sh", "-c", "printf '%s' \"$1\" | \"$2\" sessions show --cookie - --config \"$3\"",
                        "sh", text, session::test::gateway_binary(), gateway.config_file()});
  };
  BOOST_TEST(has(by_cookie(cookie).out, "name: " + name + "\n"));
  BOOST_TEST(has(by_cookie("theme=dark; session=" + cookie).out, "name: " + name + "\n"));
  const Said none = by_cookie("v1.nonsense");
  BOOST_TEST(none.status == 1);
  BOOST_TEST(has(none.err, "The cookie opens no session"));
}

BOOST_AUTO_TEST_CASE(it_ends_one_all_of_a_user_all_but_one_and_all) {
  (void)log_in_often(gateway, "alice", 4);
  (void)log_in_often(gateway, "bob", 2);
  const auto of_alice = names({"--subject", "alice"});
  BOOST_TEST(run({"end", of_alice[0]}).out == "ended 1 session\n");
  const Said again = run({"end", of_alice[0]});
  BOOST_TEST(again.status == 1);
  BOOST_TEST(has(again.err, "no session of this name"));
  BOOST_TEST(run({"end", "--subject", "alice", "--except", of_alice[0]}).status == 1);
  BOOST_TEST(run({"end", "--subject", "alice", "--except", of_alice[1]}).out == "ended 2 sessions\n");
  BOOST_TEST(names({"--subject", "alice"}) == std::vector{of_alice[1]}, boost::test_tools::per_element());
  BOOST_TEST(run({"end", "--subject", "bob", "--json"}).out == "{\"ended\":2}\n");
  const Said none = run({"end", "--subject", "bob"});
  BOOST_TEST(none.status == 1);
  BOOST_TEST(none.out == "ended 0 sessions\n");
  (void)log_in_often(gateway, "carol", 600);
  BOOST_TEST(run({"end", "--all"}).out == "ended 601 sessions\n");
  BOOST_TEST(run({"count"}).out == "0\n");
}

BOOST_AUTO_TEST_CASE(a_rehearsal_prints_what_would_end_and_ends_nothing) {
  (void)log_in_often(gateway, "alice", 3);
  (void)log_in_often(gateway, "bob", 1);
  const auto of_alice = names({"--subject", "alice"});
  const Said all = run({"end", "--all", "--dry-run"});
  BOOST_TEST(all.status == 0);
  BOOST_TEST(has(all.err, "would end 4 sessions"));
  const Said others = run({"end", "--subject", "alice", "--except", of_alice[0], "--dry-run"});
  BOOST_TEST(has(others.err, "would end 2 sessions"));
  BOOST_TEST(!has(others.out, of_alice[0]));
  BOOST_TEST(has(others.out, of_alice[1]));
  BOOST_TEST(has(run({"end", of_alice[2], "--dry-run"}).out, of_alice[2]));
  BOOST_TEST(names().size() == 4u);
}

BOOST_AUTO_TEST_CASE(what_is_asked_wrongly_is_a_two_and_changes_nothing) {
  (void)log_in_often(gateway, "alice", 2);
  const std::string name = names()[0];
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"end"},
                                             {"end", "--dry-run"},
                                             {"end", name, "--all"},
                                             {"end", "--all", "--subject", "alice"},
                                             {"end", "--except", name},
                                             {"end", name, "--except", name},
                                             {"end", "a/b"},
                                             {"end", "../sessions?all=true&confirm=all"},
                                             {"show"},
                                             {"show", name, "--cookie", "-"},
                                             {"show", "--cookie", "v1.x"},
                                             {"show", "%41"},
                                             {"list", name},
                                             {"list", "--timeout", "5"},
                                             {"lists"},
                                             {}}) {
    const Said said = run(command);
    BOOST_TEST(said.status == 2);
    BOOST_TEST(said.err != "");
  }
  BOOST_TEST(names().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_is_not_there_is_a_three) {
  TempDir dir;
  const auto at = [&](const std::string& socket) {
    return run_gateway_command({"sessions", "list", "--socket", dir / socket, "--timeout", "200ms"});
  };
  BOOST_TEST(at("nobody.sock").status == 3);
  BOOST_TEST(has(at("nobody.sock").err, "no such socket"));
  BOOST_TEST(run_gateway_command({"sessions", "list", "--socket", "127.0.0.1:80"}).status == 2);
  write_file(dir / "gateway.yaml", "workers: 1\n");
  const Said unset = run_gateway_command({"sessions", "list", "--config", dir / "gateway.yaml"});
  BOOST_TEST(unset.status == 4);
  BOOST_TEST(has(unset.err, "admin.unix is not set"));
}

// A program that takes the output for all sessions must not end with what came before the failure.
BOOST_AUTO_TEST_CASE(what_the_gateway_does_not_do_is_a_four_and_no_json) {
  RedisServer redis;
  const WireGateway with_redis(with_admin(on(redis), true));
  (void)log_in_often(with_redis, "alice", 2);
  (void)redis.stop();
  for (const std::vector<std::string>& command : {std::vector<std::string>{"list", "--json"},
                                                  {"list", "--subject", "alice", "--json"},
                                                  {"count", "--json"},
                                                  {"end", "--subject", "alice", "--json"},
                                                  {"end", "--all", "--json"}}) {
    std::vector<std::string> arguments = {"sessions"};
    arguments.insert(arguments.end(), command.begin(), command.end());
    arguments.insert(arguments.end(), {"--config", with_redis.config_file()});
    const Said said = run_gateway_command(std::move(arguments));
    BOOST_TEST(said.status == 4);
    BOOST_TEST(said.err != "");
    BOOST_TEST(!Json::accept(said.out));
  }
}

BOOST_AUTO_TEST_CASE(another_socket_of_the_gateway_is_told_from_it) {
  const Said said =
      run_gateway_command({"sessions", "list", "--socket", gateway.socket_file(), "--timeout", "5s"});
  BOOST_TEST(said.status == 3);
  BOOST_TEST(said.out == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
