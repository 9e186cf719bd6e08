// What goes over the wire for each of a store's functions, and which replies to it can be its own.

#include "core/store/redis/resp/command.h"

#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/replies.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using commands::By;

const std::string kReplaceHash = "21b55d6785e384dd9275673eec30de85ec92e0b1";
const std::string kReplaceText =
    "if redis.call('GET',KEYS[1])~=ARGV[1] then return 0 end "
    "if ARGV[3]=='' then redis.call('SET',KEYS[1],ARGV[2]) else "
    "redis.call('SET',KEYS[1],ARGV[2],'PX',ARGV[3]) end "
    "return 1";
const std::string kEraseIfHash = "5c714dd8ed5b943a1f472132e06290c53ab22693";
const std::string kEraseIfText =
    "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end return 0";

// A word as it goes over the wire.
std::string word(const std::string& text) {
  return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

std::vector<Reply> only(Reply reply) { return {std::move(reply)}; }

// One of each kind, and some that are almost right.
std::vector<Reply> all_kinds() {
  return {nil_reply(),
          status_reply("OK"),
          status_reply("QUEUED"),
          integer_reply(-1),
          integer_reply(0),
          integer_reply(1),
          integer_reply(2),
          bulk_reply(""),
          bulk_reply("OK"),
          array_reply({}),
          array_reply({integer_reply(1)})};
}

std::string sound_ones(const Command& command) {
  std::string all;
  for (const Reply& reply : all_kinds()) {
    if (command.is_valid_reply(only(reply))) all += shown(reply) + " ";
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_command)

BOOST_AUTO_TEST_CASE(a_load_asks_for_the_bytes_and_then_for_the_time_left) {
  const Command load = commands::load("session:a", 65536);
  BOOST_TEST(load.wire ==
             "*4\r\n$8\r\nGETRANGE\r\n$9\r\nsession:a\r\n$1\r\n0\r\n$5\r\n65536\r\n"
             "*2\r\n$4\r\nPTTL\r\n$9\r\nsession:a\r\n");
  BOOST_TEST(load.replies == 2u);
  BOOST_TEST((load.retry == Command::Retry::safe));
}

BOOST_AUTO_TEST_CASE(a_create_sets_what_is_not_there_with_its_end) {
  const Command create = commands::create("session:a", "bytes", 1500ms);
  BOOST_TEST(create.wire ==
             "*6\r\n$3\r\nSET\r\n$9\r\nsession:a\r\n$5\r\nbytes\r\n$2\r\nNX\r\n$2\r\nPX\r\n$4\r\n1500\r\n");
  BOOST_TEST(create.replies == 1u);
}

BOOST_AUTO_TEST_CASE(a_touch_sets_the_end_alone) {
  BOOST_TEST(commands::touch("session:a", 1ms).wire ==
             "*3\r\n$7\r\nPEXPIRE\r\n$9\r\nsession:a\r\n$1\r\n1\r\n");
}

BOOST_AUTO_TEST_CASE(a_touch_can_ask_for_the_end_until_now) {
  const Command command = commands::tell_and_touch("session:a", 1ms);
  BOOST_TEST(command.wire ==
             "*2\r\n$4\r\nPTTL\r\n$9\r\nsession:a\r\n" + commands::touch("session:a", 1ms).wire);
  BOOST_TEST(command.replies == 2u);
}

BOOST_AUTO_TEST_CASE(an_erase_deletes) {
  BOOST_TEST(commands::erase("session:a").wire == "*2\r\n$3\r\nDEL\r\n$9\r\nsession:a\r\n");
}

BOOST_AUTO_TEST_CASE(a_replace_is_a_script_with_one_key) {
  const std::string rest = "$1\r\n1\r\n$9\r\nsession:a\r\n$3\r\nold\r\n$3\r\nnew\r\n$5\r\n60000\r\n";
  BOOST_TEST(commands::replace("session:a", "old", "new", 60s, By::hash).wire ==
             "*7\r\n$7\r\nEVALSHA\r\n" + word(kReplaceHash) + rest);
  BOOST_TEST(commands::replace("session:a", "old", "new", 60s, By::text).wire ==
             "*7\r\n$4\r\nEVAL\r\n" + word(kReplaceText) + rest);
}

BOOST_AUTO_TEST_CASE(an_erase_if_is_a_script_with_one_key) {
  const std::string rest = "$1\r\n1\r\n$9\r\nsession:a\r\n$3\r\nold\r\n";
  BOOST_TEST(commands::erase_if("session:a", "old", By::hash).wire ==
             "*5\r\n$7\r\nEVALSHA\r\n" + word(kEraseIfHash) + rest);
  BOOST_TEST(commands::erase_if("session:a", "old", By::text).wire ==
             "*5\r\n$4\r\nEVAL\r\n" + word(kEraseIfText) + rest);
}

BOOST_AUTO_TEST_CASE(bytes_go_over_the_wire_as_they_are) {
  const std::string bytes = "\r\n$1\r\n\0'\""s;
  BOOST_TEST((commands::create("k", bytes, 1ms).wire ==
              "*6\r\n$3\r\nSET\r\n$1\r\nk\r\n" + word(bytes) + "$2\r\nNX\r\n$2\r\nPX\r\n$1\r\n1\r\n"));
  BOOST_TEST(commands::erase_if("k", "", By::hash).wire.ends_with("$1\r\n1\r\n$1\r\nk\r\n$0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(no_write_is_sent_twice) {
  for (const Command& write :
       {commands::create("k", "b", 1ms), commands::touch("k", 1ms), commands::tell_and_touch("k", 1ms),
        commands::erase("k"), commands::replace("k", "a", "b", 1ms, By::hash),
        commands::erase_if("k", "a", By::text)})
    BOOST_TEST((write.retry == Command::Retry::never));
}

BOOST_AUTO_TEST_CASE(times_to_live_end_at_300_years) {
  constexpr milliseconds kMaxTtl = std::chrono::hours(24 * 365 * 300);
  for (const milliseconds ttl : {kMaxTtl, kMaxTtl + 1ms, milliseconds::max() - 1ms}) {
    BOOST_TEST(commands::touch("k", ttl).wire.ends_with("$13\r\n9460800000000\r\n"));
    BOOST_TEST(commands::create("k", "b", ttl).wire.ends_with("$13\r\n9460800000000\r\n"));
    BOOST_TEST(commands::replace("k", "a", "b", ttl, By::hash).wire.ends_with("$13\r\n9460800000000\r\n"));
  }
  // Without an end: no option PX.
  BOOST_TEST(commands::create("k", "b", milliseconds::max()).wire.ends_with("$2\r\nNX\r\n"));
  BOOST_TEST(commands::replace("k", "a", "b", milliseconds::max(), By::hash).wire.ends_with("$0\r\n\r\n"));
  BOOST_TEST(commands::touch("k", kMaxTtl - 1ms).wire.ends_with("$13\r\n9460799999999\r\n"));
}

// --- Whose replies they are ---

BOOST_AUTO_TEST_CASE(a_load_is_answered_by_bytes_and_an_integer) {
  const Command load = commands::load("k", 100);
  BOOST_TEST(load.is_valid_reply({bulk_reply("bytes"), integer_reply(1)}));
  BOOST_TEST(load.is_valid_reply({bulk_reply(""), integer_reply(-1)}));
  for (const Reply& wrong : all_kinds()) {
    BOOST_TEST(load.is_valid_reply({wrong, integer_reply(1)}) == wrong.is(Reply::Kind::bulk));
    BOOST_TEST(load.is_valid_reply({bulk_reply("bytes"), wrong}) == wrong.is(Reply::Kind::integer));
  }
}

BOOST_AUTO_TEST_CASE(a_create_is_answered_by_ok_or_nil) {
  BOOST_TEST(sound_ones(commands::create("k", "b", 1ms)) == "nil +OK ");
}

BOOST_AUTO_TEST_CASE(what_counts_is_answered_by_0_or_1) {
  for (const Command& command :
       {commands::touch("k", 1ms), commands::erase("k"), commands::replace("k", "a", "b", 1ms, By::hash),
        commands::replace("k", "a", "b", 1ms, By::text), commands::erase_if("k", "a", By::hash),
        commands::erase_if("k", "a", By::text)})
    BOOST_TEST(sound_ones(command) == ":0 :1 ");
}

BOOST_AUTO_TEST_CASE(a_touch_that_asks_is_answered_by_an_integer_and_by_0_or_1) {
  const Command touch = commands::tell_and_touch("k", 1ms);
  for (const long long left : {-2, -1, 60'000}) {
    BOOST_TEST(touch.is_valid_reply({integer_reply(left), integer_reply(0)}));
    BOOST_TEST(touch.is_valid_reply({integer_reply(left), integer_reply(1)}));
  }
  for (const Reply& wrong : all_kinds()) {
    BOOST_TEST(touch.is_valid_reply({wrong, integer_reply(1)}) == wrong.is(Reply::Kind::integer));
    const bool count = wrong.is(Reply::Kind::integer) && (wrong.integer == 0 || wrong.integer == 1);
    BOOST_TEST(touch.is_valid_reply({integer_reply(1), wrong}) == count);
  }
}

// --- What they are made of ---

BOOST_AUTO_TEST_CASE(asking_goes_before_each_command) {
  const std::string asking = "*1\r\n$6\r\nASKING\r\n";
  const Command erase = commands::erase("k");
  BOOST_TEST(erase.asking() == asking + erase.wire);
  BOOST_TEST(commands::load("k", 7).asking() ==
             asking + "*4\r\n$8\r\nGETRANGE\r\n$1\r\nk\r\n$1\r\n0\r\n$1\r\n7\r\n" + asking +
                 "*2\r\n$4\r\nPTTL\r\n$1\r\nk\r\n");
}

BOOST_AUTO_TEST_CASE(words_of_any_bytes_and_number_are_counted_on_the_wire) {
  Command command;
  command.then(
      {"1", "", std::string_view("\0\r\n", 3), "4", "5", "6", "7", "8", "9", std::string(1234, 'x')});
  const std::string digits = "$1\r\n4\r\n$1\r\n5\r\n$1\r\n6\r\n$1\r\n7\r\n$1\r\n8\r\n$1\r\n9\r\n";
  BOOST_TEST(command.wire == "*10\r\n$1\r\n1\r\n$0\r\n\r\n$3\r\n" + std::string("\0\r\n", 3) + "\r\n" +
                                 digits + "$1234\r\n" + std::string(1234, 'x') + "\r\n");
}

BOOST_AUTO_TEST_CASE(too_many_commands_are_a_bug_and_not_a_longer_array) {
  Command command;
  for (std::size_t i = command.replies; i < Command::kMaxCommands; ++i) command.then({"PING"});
  BOOST_CHECK_THROW(command.then({"PING"}), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_script_is_known_by_its_sha1) {
  BOOST_TEST(Script("abc").sha == "a9993e364706816aba3e25717850c26c9cd0d89d");  // FIPS 180, appendix A.1
  BOOST_TEST(Script("").sha == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
