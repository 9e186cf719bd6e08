// What a new connection says first, and for which answers the server is not used.

#include "core/store/redis/connection/handshake.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/replies.h"

namespace session::test {
namespace {

const std::string kSetName = "*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$4\r\nname\r\n";
const Reply kOk = status_reply("OK");

Handshake plain() {
  Handshake handshake;
  handshake.client_name = "name";
  return handshake;
}

Handshake with_password(const std::string& user = "") {
  Handshake handshake = plain();
  handshake.user = user;
  handshake.password = [] { return Secret("hunter2"); };
  return handshake;
}

Handshake to_master() {
  Handshake handshake = plain();
  handshake.role = Handshake::Role::master;
  return handshake;
}

Handshake not_to_replica() {
  Handshake handshake = plain();
  handshake.role = Handshake::Role::not_a_replica;
  return handshake;
}

Reply role(const std::string& name) {
  return array_reply({bulk_reply(name), integer_reply(0), array_reply({})});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_greeting)

// --- What it says ---

BOOST_AUTO_TEST_CASE(the_least_is_the_connections_name) {
  BOOST_TEST(plain().command().wire == kSetName);
  BOOST_TEST(plain().command().replies == 1u);
}

BOOST_AUTO_TEST_CASE(a_password_goes_with_its_user_or_alone) {
  BOOST_TEST(with_password().command().wire == "*2\r\n$4\r\nAUTH\r\n$7\r\nhunter2\r\n" + kSetName);
  BOOST_TEST(with_password("gate").command().wire ==
             "*3\r\n$4\r\nAUTH\r\n$4\r\ngate\r\n$7\r\nhunter2\r\n" + kSetName);
}

BOOST_AUTO_TEST_CASE(without_a_password_there_is_no_auth) {
  Handshake handshake = plain();
  handshake.user = "gate";
  BOOST_TEST(handshake.command().wire == kSetName);
  handshake.password = [] { return Secret(); };
  BOOST_TEST(handshake.command().wire == kSetName);
}

BOOST_AUTO_TEST_CASE(the_password_is_asked_for_at_each_connect) {
  Handshake handshake = plain();
  std::string password = "old";
  handshake.password = [&password] { return Secret(password); };
  BOOST_TEST(handshake.command().wire == "*2\r\n$4\r\nAUTH\r\n$3\r\nold\r\n" + kSetName);
  password = "newer";
  BOOST_TEST(handshake.command().wire == "*2\r\n$4\r\nAUTH\r\n$5\r\nnewer\r\n" + kSetName);
}

BOOST_AUTO_TEST_CASE(a_database_is_selected_unless_it_is_0) {
  Handshake handshake = plain();
  handshake.database = 15;
  BOOST_TEST(handshake.command().wire == "*2\r\n$6\r\nSELECT\r\n$2\r\n15\r\n" + kSetName);
}

BOOST_AUTO_TEST_CASE(all_of_it_has_an_order) {
  Handshake handshake = with_password("gate");
  handshake.database = 1;
  handshake.role = Handshake::Role::master;
  const Command command = handshake.command();
  BOOST_TEST(command.wire ==
             "*3\r\n$4\r\nAUTH\r\n$4\r\ngate\r\n$7\r\nhunter2\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n1\r\n"
             "*1\r\n$4\r\nROLE\r\n" +
                 kSetName);
  BOOST_TEST(command.replies == 4u);
  BOOST_TEST(handshake.refusal({kOk, kOk, role("master"), kOk}).empty());
}

// --- What it is answered ---

BOOST_AUTO_TEST_CASE(a_server_that_agrees_is_used) {
  BOOST_TEST(plain().refusal({kOk}).empty());
  BOOST_TEST(with_password().refusal({kOk, kOk}).empty());
}

BOOST_AUTO_TEST_CASE(a_refusal_says_why_and_never_what_was_sent) {
  const std::vector<std::pair<std::string, std::string>> refusals = {
      {"WRONGPASS invalid username-password pair: gate hunter2", "user or password are wrong"},
      {"NOAUTH Authentication required. hunter2", "it asks for a password"},
      {"ERR AUTH <password> called without any password configured for the default user: hunter2",
       "it answered with the error ERR"},
      {"ERR max number of clients reached", "it has too many clients"},
      {"LOADING Redis is loading the dataset in memory", "it is loading its data"},
      {"NOPERM this user has no permissions to run the 'auth' command",
       "its access control denies the gateway's user this command or these keys"},
      {"hunter2", "it answered with an error"}};
  for (const auto& [said, sentence] : refusals)
    BOOST_TEST(with_password("gate").refusal({error_reply(said), kOk}) ==
               "the handshake failed: " + sentence);
}

BOOST_AUTO_TEST_CASE(the_first_error_is_the_reason) {
  BOOST_TEST(with_password().refusal({error_reply("WRONGPASS no"), error_reply("NOAUTH no")}) ==
             "the handshake failed: user or password are wrong");
}

BOOST_AUTO_TEST_CASE(a_database_that_there_is_not_is_refused) {
  Handshake handshake = plain();
  handshake.database = 99;
  BOOST_TEST(handshake.refusal({error_reply("ERR DB index is out of range"), kOk}) ==
             "the handshake failed: it has no such database");
  BOOST_TEST(handshake.refusal({error_reply("NOPERM no"), kOk}) ==
             "the handshake failed: its access control denies the gateway's user this command or these keys");
}

BOOST_AUTO_TEST_CASE(the_name_may_be_denied_or_unknown) {
  BOOST_TEST(plain().refusal({error_reply("NOPERM no permissions to run 'client|setname'")}).empty());
  BOOST_TEST(plain().refusal({error_reply("ERR unknown command `CLIENT`")}).empty());
  BOOST_TEST(plain().refusal({error_reply("ERR unknown subcommand 'SETNAME'")}).empty());
  BOOST_TEST(plain().refusal({error_reply("NOAUTH Authentication required.")}) ==
             "the handshake failed: it asks for a password");
}

BOOST_AUTO_TEST_CASE(who_has_to_be_a_master_must_say_so) {
  BOOST_TEST(to_master().refusal({role("master"), kOk}).empty());
  BOOST_TEST(to_master().refusal({role("master"), error_reply("NOPERM no")}).empty());
  for (const Reply& other : {role("slave"), role("sentinel"), role("MASTER"), role(""), array_reply({}),
                             array_reply({integer_reply(1)}), bulk_reply("master"), kOk, nil_reply()})
    BOOST_TEST(to_master().refusal({other, kOk}) == "it is not the master");
}

BOOST_AUTO_TEST_CASE(a_role_that_is_not_told_is_no_masters) {
  BOOST_TEST(to_master().refusal({error_reply("NOPERM no permissions to run 'role'"), kOk}) ==
             "the handshake failed: its access control denies the gateway's user this command or these keys");
  BOOST_TEST(to_master().refusal({error_reply("ERR unknown command `ROLE`"), kOk}) ==
             "the handshake failed: it does not know the command");
}

BOOST_AUTO_TEST_CASE(a_replica_in_the_place_of_the_one_server_is_refused_if_it_says_so) {
  BOOST_TEST(not_to_replica().command().replies == 2u);
  BOOST_TEST(not_to_replica().refusal({role("master"), kOk}).empty());
  BOOST_TEST(not_to_replica().refusal({role("slave"), kOk}) == "it is a replica, and not the master");
  BOOST_TEST(not_to_replica().refusal({error_reply("NOPERM no permissions to run 'role'"), kOk}).empty());
  BOOST_TEST(not_to_replica().refusal({error_reply("ERR unknown command `ROLE`"), kOk}).empty());
  BOOST_TEST(not_to_replica().refusal({error_reply("NOAUTH Authentication required."), kOk}) ==
             "the handshake failed: it asks for a password");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
