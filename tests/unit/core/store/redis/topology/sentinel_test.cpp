// The master in a sentinel's answer.

#include "core/store/redis/topology/sentinel.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/replies.h"

namespace session::test {
namespace {

Reply named(const std::string& host, const std::string& port) {
  return array_reply({bulk_reply(host), bulk_reply(port)});
}

std::string read(const Reply& reply) {
  const auto master = read_master(reply);
  return master ? to_text(*master) : master.error().why;
}

constexpr const char* kUnreadable = "a sentinel's answer can't be read";

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_sentinels)

BOOST_AUTO_TEST_CASE(a_master_is_a_host_and_a_port) {
  BOOST_TEST(read(named("10.0.0.1", "6379")) == "10.0.0.1:6379");
  BOOST_TEST(read(named("::1", "1")) == "[::1]:1");
  BOOST_TEST(read(named(std::string(253, 'a'), "65535")) == std::string(253, 'a') + ":65535");
}

BOOST_AUTO_TEST_CASE(no_master_is_a_name_that_the_sentinels_do_not_know) {
  BOOST_TEST(read(nil_reply()) == "the sentinels know no master of that name");
}

BOOST_AUTO_TEST_CASE(an_error_is_told_in_our_words) {
  BOOST_TEST(read(error_reply("NOAUTH Authentication required. secret")) ==
             "asking a sentinel failed: it asks for a password");
  BOOST_TEST(read(error_reply("IDONTKNOW, I have not enough information")) ==
             "asking a sentinel failed: it answered with an error");
  BOOST_TEST(read(error_reply("ERR unknown command `SENTINEL`")) ==
             "asking a sentinel failed: it does not know the command");
}

BOOST_AUTO_TEST_CASE(an_answer_of_any_other_shape_names_nobody) {
  const std::vector<Reply> replies = {
      status_reply("OK"),
      integer_reply(1),
      bulk_reply("10.0.0.1:6379"),
      array_reply({}),
      array_reply({bulk_reply("10.0.0.1")}),
      array_reply({bulk_reply("10.0.0.1"), bulk_reply("6379"), bulk_reply("more")}),
      array_reply({bulk_reply("10.0.0.1"), integer_reply(6379)}),
      array_reply({nil_reply(), bulk_reply("6379")}),
      named("", "6379"),
      named(std::string(254, 'a'), "6379"),
      named("a\nforged line of a log", "6379"),
      named("a b", "6379"),
      named("\xc3\xa9", "6379"),
  };
  for (const Reply& reply : replies) BOOST_TEST(read(reply) == kUnreadable);
  for (const std::string port :
       {"", "0", "-1", "65536", "6379 ", " 6379", "6379x", "0x1", "99999999999999999999"})
    BOOST_TEST(read(named("10.0.0.1", port)) == kUnreadable);
}

BOOST_AUTO_TEST_CASE(most_are_more_than_half_of_those_that_answer) {
  const RedisAddress a{"a"};
  const RedisAddress b{"b"};
  const RedisAddress c{"c"};
  BOOST_TEST((majority_of({a}) == a));
  BOOST_TEST((majority_of({a, b, b}) == b));
  BOOST_TEST((majority_of({b, a, b, a, a}) == a));
  for (const auto& named : std::vector<std::vector<RedisAddress>>{{}, {a, b}, {a, b, c}, {a, a, b, b}})
    BOOST_TEST(!majority_of(named).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
