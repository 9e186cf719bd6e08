// The slots of a Redis Cluster: of keys, in CLUSTER SLOTS, and in redirections.

#include "core/store/redis/topology/slots.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/replies.h"

namespace session::test {
namespace {

Reply node(const std::string& host, std::int64_t port) {
  return array_reply({bulk_reply(host), integer_reply(port), bulk_reply("id"), array_reply({})});
}

Reply range(std::int64_t first, std::int64_t last, Reply master) {
  return array_reply({integer_reply(first), integer_reply(last), std::move(master)});
}

// first-last host:port, or why not.
std::string read(const Reply& reply) {
  const auto ranges = read_slots(reply);
  if (!ranges) return ranges.error().why;
  std::string all;
  for (const SlotRange& one : *ranges)
    all += std::to_string(one.first) + "-" + std::to_string(one.last) + " " + to_text(one.master) + "; ";
  return all;
}

std::string read_one(Reply entry) { return read(array_reply({std::move(entry)})); }

constexpr const char* kUnreadable = "its CLUSTER SLOTS reply can't be read";
constexpr const char* kNamedTwice = "its CLUSTER SLOTS reply names a slot twice";

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_slots)

// --- Of keys ---

BOOST_AUTO_TEST_CASE(the_slot_of_a_key_is_the_specifications) {
  BOOST_TEST(slot_of("123456789") == 0x31c3 % 16384);
  BOOST_TEST(slot_of("") == 0);
  BOOST_TEST(slot_of("{user1000}.following") == slot_of("{user1000}.followers"));
  BOOST_TEST(slot_of("foo{}{bar}") != slot_of("bar"));
  BOOST_TEST(slot_of("foo{{bar}}zap") == slot_of("{bar"));
  BOOST_TEST(slot_of("foo{bar}{zap}") == slot_of("bar"));
}

BOOST_AUTO_TEST_CASE(a_brace_that_does_not_close_marks_nothing) {
  BOOST_TEST(slot_of("{bar") != slot_of("bar"));
  BOOST_TEST(slot_of("foo{bar") != slot_of("bar"));
  BOOST_TEST(slot_of("}bar{") != slot_of("bar"));
  BOOST_TEST(slot_of("{}bar") != slot_of("bar"));
}

// --- CLUSTER SLOTS ---

BOOST_AUTO_TEST_CASE(each_range_has_its_master_and_replicas_do_not_count) {
  Reply with_replica = range(5461, 16383, node("::1", 7001));
  with_replica.elements.push_back(node("10.0.0.9", 7002));
  BOOST_TEST(read(array_reply({range(0, 5460, node("10.0.0.1", 7000)), with_replica})) ==
             "0-5460 10.0.0.1:7000; 5461-16383 [::1]:7001; ");
}

BOOST_AUTO_TEST_CASE(a_node_that_does_not_know_its_name_is_the_one_that_was_asked) {
  BOOST_TEST(read_one(range(0, 1, node("", 7000))) == "0-1 :7000; ");
  BOOST_TEST(read_one(range(0, 1, node("?", 7000))) == "0-1 :7000; ");
  BOOST_TEST(read_one(range(0, 1, array_reply({nil_reply(), integer_reply(7000)}))) == "0-1 :7000; ");
}

BOOST_AUTO_TEST_CASE(slots_and_ports_have_their_bounds) {
  BOOST_TEST(read_one(range(0, 0, node("a", 1))) == "0-0 a:1; ");
  BOOST_TEST(read_one(range(16383, 16383, node("a", 65535))) == "16383-16383 a:65535; ");
  for (const auto& [first, last] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {-1, 0}, {0, 16384}, {16384, 16384}, {2, 1}, {0, 65536}, {0, 1LL << 40}, {INT64_MIN, INT64_MAX}})
    BOOST_TEST(read_one(range(first, last, node("a", 1))) == kUnreadable);
  for (const std::int64_t port : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{65536}, INT64_MAX})
    BOOST_TEST(read_one(range(0, 1, node("a", port))) == kUnreadable);
}

BOOST_AUTO_TEST_CASE(a_name_has_at_most_253_bytes) {
  BOOST_TEST(read_one(range(0, 1, node(std::string(253, 'a'), 1))).ends_with("a:1; "));
  BOOST_TEST(read_one(range(0, 1, node(std::string(254, 'a'), 1))) == kUnreadable);
}

BOOST_AUTO_TEST_CASE(a_list_of_any_other_shape_is_refused_as_a_whole) {
  const Reply good = range(0, 1, node("a", 1));
  const std::vector<Reply> entries = {
      nil_reply(),
      bulk_reply("0-1"),
      array_reply({}),
      array_reply({integer_reply(0), integer_reply(1)}),
      array_reply({bulk_reply("0"), integer_reply(1), node("a", 1)}),
      array_reply({integer_reply(0), bulk_reply("1"), node("a", 1)}),
      range(0, 1, nil_reply()),
      range(0, 1, bulk_reply("a:1")),
      range(0, 1, array_reply({})),
      range(0, 1, array_reply({bulk_reply("a")})),
      range(0, 1, array_reply({bulk_reply("a"), bulk_reply("1")})),
  };
  for (const Reply& entry : entries) {
    BOOST_TEST(read_one(entry) == kUnreadable);
    BOOST_TEST(read(array_reply({good, entry})) == kUnreadable);
  }
  for (const Reply& reply : {nil_reply(), integer_reply(1), bulk_reply("0-1"), status_reply("OK")})
    BOOST_TEST(read(reply) == kUnreadable);
}

BOOST_AUTO_TEST_CASE(a_list_that_names_a_slot_twice_is_refused) {
  const Reply first = range(0, 100, node("a", 1));
  for (const auto& [from, to] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {0, 100}, {0, 0}, {100, 100}, {50, 60}, {100, 16383}, {0, 16383}})
    BOOST_TEST(read(array_reply({first, range(from, to, node("b", 1))})) == kNamedTwice);
  BOOST_TEST(read(array_reply({first, range(101, 101, node("a", 1))})) == "0-100 a:1; 101-101 a:1; ");
}

BOOST_AUTO_TEST_CASE(a_list_that_names_all_slots_over_and_over_is_given_up_at_once) {
  const std::vector<Reply> all(10900, range(0, 16383, node("a", 1)));
  BOOST_TEST(read(array_reply(all)) == kNamedTwice);
}

BOOST_AUTO_TEST_CASE(a_cluster_without_slots_is_none) {
  BOOST_TEST(read(array_reply({})) == "it reports no slots");
}

// --- Redirections ---

BOOST_AUTO_TEST_CASE(an_address_is_what_stands_before_and_behind_the_last_colon) {
  BOOST_TEST((read_address("10.0.0.1:7000") == RedisAddress{"10.0.0.1", 7000}));
  BOOST_TEST((read_address("::1:7000") == RedisAddress{"::1", 7000}));
  BOOST_TEST((read_address("redis.example:65535") == RedisAddress{"redis.example", 65535}));
  BOOST_TEST((read_address(":7000") == RedisAddress{"", 7000}));
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_none) {
  for (const std::string text : {"", ":", "a", "7000", "a:", "a:0", "a:65536", "a:-1", "a:+1", "a: 1", "a:1 ",
                                 "a:1x", "a:0x10", "a:99999999999999999999"})
    BOOST_TEST(!read_address(text).has_value());
  BOOST_TEST(read_address(std::string(253, 'a') + ":1").has_value());
  BOOST_TEST(!read_address(std::string(254, 'a') + ":1").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
