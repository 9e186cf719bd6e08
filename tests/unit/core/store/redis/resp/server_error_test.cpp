// What is made of the errors that a server answers with.

#include "core/store/redis/resp/server_error.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

using Reaction = ServerError::Reaction;

struct Case {
  std::string code;
  Reaction reaction;
  std::string sentence;
};

const std::vector<Case> kCases = {
    {"LOADING", Reaction::fail, "it is loading its data"},
    {"BUSY", Reaction::fail, "it is busy with somebody's script"},
    {"MASTERDOWN", Reaction::reconnect, "it is a replica that has lost its master"},
    {"READONLY", Reaction::reconnect, "it is a replica, which takes no writes"},
    {"OOM", Reaction::full, "it has no memory left (maxmemory)"},
    {"MISCONF", Reaction::fail, "it takes no writes because it can't save to its disk"},
    {"NOREPLICAS", Reaction::fail, "it takes no writes because too few replicas follow it"},
    {"NOAUTH", Reaction::reconnect, "it asks for a password"},
    {"WRONGPASS", Reaction::fail, "user or password are wrong"},
    {"NOPERM", Reaction::fail, "its access control denies the gateway's user this command or these keys"},
    {"TRYAGAIN", Reaction::again, "the key is on its way to another node"},
    {"CLUSTERDOWN", Reaction::fail, "the cluster has no master for the key"},
    {"NOSCRIPT", Reaction::script, "it does not know the script"},
    {"CROSSSLOT", Reaction::apart, "it is a cluster, and does not keep these keys together"},
    {"WRONGTYPE", Reaction::foreign, "the key holds something that is not a session"},
};

std::string sentence(std::string_view text) { return read_error(text, "GET").sentence; }

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_server_error)

BOOST_AUTO_TEST_CASE(a_known_code_has_its_reaction_and_a_sentence_of_our_own) {
  for (const Case& known : kCases) {
    for (const std::string rest : {"", " ", " session:secret-key holds secret-value", " MOVED 1 host:1"}) {
      const ServerError error = read_error(known.code + rest, "SET");
      BOOST_TEST((error.reaction == known.reaction));
      BOOST_TEST(error.sentence == "SET failed: " + known.sentence);
      BOOST_TEST(error.where == "");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_code_is_a_whole_word_in_capitals) {
  for (const std::string text : {"oom no", "OOMX no", "XOOM no", " OOM no", "ERR OOM no", "OOM\tno"})
    BOOST_TEST((read_error(text, "SET").reaction == Reaction::fail));
}

BOOST_AUTO_TEST_CASE(an_error_without_a_code_of_its_own_is_told_by_what_it_begins_with) {
  BOOST_TEST(sentence("ERR unknown command `GET`, with args beginning with: `secret`") ==
             "GET failed: it does not know the command");
  BOOST_TEST(sentence("ERR DB index is out of range") == "GET failed: it has no such database");
  BOOST_TEST(sentence("ERR max number of clients reached") == "GET failed: it has too many clients");
  BOOST_TEST(sentence("ERR The user executing the script can't run this command or subcommand") ==
             "GET failed: its access control denies the gateway's user this command or these keys");
  BOOST_TEST(sentence("ERR ACL failure in script: User g has no permissions to run the 'get' command") ==
             "GET failed: its access control denies the gateway's user this command or these keys");
  BOOST_TEST(sentence("ERR something about secret") == "GET failed: it answered with the error ERR");
}

BOOST_AUTO_TEST_CASE(an_unknown_code_is_named_and_nothing_that_may_be_a_key_or_a_value) {
  BOOST_TEST(sentence("NEW_THING secret") == "GET failed: it answered with the error NEW_THING");
  BOOST_TEST(sentence(std::string(24, 'A') + " secret").ends_with(" error " + std::string(24, 'A')));
  for (const std::string text : {"", " ", "A", "secret", "Secret", "SECRET1", "SECRET-KEY", "SECRET\nKEY",
                                 "ABCDEFGHIJKLMNOPQRSTUVWXY", "\xc3\x84\xc3\x84"})
    BOOST_TEST(sentence(text) == "GET failed: it answered with an error");
}

// --- Redirections ---

BOOST_AUTO_TEST_CASE(a_redirection_says_which_slot_is_where) {
  const ServerError moved = read_error("MOVED 3999 127.0.0.1:6381", "GET");
  BOOST_TEST((moved.reaction == Reaction::moved));
  BOOST_TEST(moved.slot == 3999);
  BOOST_TEST(moved.where == "127.0.0.1:6381");
  BOOST_TEST(moved.sentence == "GET failed: another node of the cluster has the key");
  const ServerError ask = read_error("ASK 0 ::1:6381 and more", "GET");
  BOOST_TEST((ask.reaction == Reaction::ask));
  BOOST_TEST(ask.slot == 0);
  BOOST_TEST(ask.where == "::1:6381");
  BOOST_TEST(ask.sentence == "GET failed: another node of the cluster is getting the key");
  BOOST_TEST(read_error("MOVED 16383 :6381", "GET").where == ":6381");
}

BOOST_AUTO_TEST_CASE(a_redirection_that_is_none_fails) {
  for (const std::string rest :
       {"", " ", " 1", " 1 ", " 1  host:1", " x host:1", " 1x host:1", " -1 host:1", " 16384 host:1",
        " 65536 host:1", " 99999999999999999999 host:1", " 1 host", "  1 host:1", " host:1 1"}) {
    BOOST_TEST_CONTEXT("MOVED" + rest) {
      BOOST_TEST((read_error("MOVED" + rest, "GET").reaction == Reaction::fail));
      BOOST_TEST((read_error("ASK" + rest, "GET").reaction == Reaction::fail));
      BOOST_TEST(sentence("MOVED" + rest) == "GET failed: another node of the cluster has the key");
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
