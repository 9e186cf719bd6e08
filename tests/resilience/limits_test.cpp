// What an operator does to Redis while the gateway is under load: a memory limit, other passwords, a bad
// line.

#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/resilience/drill.h"
#include "tests/resilience/steps.h"
#include "tests/support/redis/cut_proxy.h"

namespace session::gateway::test {
namespace {

using namespace std::chrono_literals;
using session::test::CutProxy;
using session::test::RedisServer;

// For drills in which some requests may not be answered 503: a busy machine must not look like a Redis that
// hangs.
constexpr const char* kPatient = ", deadline: 10s, connect_deadline: 10s";

// A Redis whose user for the gateway has what docs/redis.md grants, and a password from a file.
class Guarded {
 public:
  Guarded() {
    write_password("first");
    redis.tell({"ACL",        "SETUSER",    "gateway", "reset",     "on",
                ">first",     "~session:*", "+get",    "+getrange", "+zadd",
                "+zrem",      "+zrevrange", "+zscore", "+zcount",   "+zrangebyscore",
                "+pexpireat", "+time",      "+scan",   "+pttl",     "+set",
                "+pexpire",   "+del",       "+eval",   "+evalsha",  "+client|setname"});
  }
  [[nodiscard]] std::string settings(const std::string& more = "") const {
    return url_of(redis.unix_address()) + ", user: gateway, password: { file: '" + dir_ / "password" + "' }" +
           more;
  }
  // In one step: a gateway never reads half of it.
  void write_password(const std::string& password) const {
    write_file(dir_ / "new", password + "\n");
    std::filesystem::permissions(dir_ / "new", std::filesystem::perms::owner_read);
    std::filesystem::rename(dir_ / "new", dir_ / "password");
  }
  void change_user(const std::string& rule) { redis.tell({"ACL", "SETUSER", "gateway", rule}); }
  // A password is asked for when a connection is made, so those that there are must end for it to count.
  void end_connections() { redis.tell({"CLIENT", "KILL", "USER", "gateway"}); }

  RedisServer redis;

 private:
  TempDir dir_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(drills_limits)

BOOST_AUTO_TEST_CASE(replies_in_single_bytes_are_whole_answers) {
  RedisServer redis;
  CutProxy proxy(redis.unix_address());
  Drill drill({.name = "single_bytes", .redis = url_of(proxy.address()) + kPatient});
  drill.begin();
  proxy.split_into_bytes(true);
  drill.wait_for_answers(50);  // of some two hundred bytes each; on a busy machine each byte takes a while
  proxy.split_into_bytes(false);
  drill.back();
  drill.finish({&redis}, {.without_outage = true});
}

BOOST_AUTO_TEST_CASE(a_full_server_refuses_what_needs_memory_and_nothing_else) {
  RedisServer redis;
  Drill drill({.name = "maxmemory", .redis = url_of(redis.unix_address()) + kPatient});
  const std::string cookie = drill.gateway().log_in(R"({"user":"early"})");
  drill.begin();
  redis.tell({"CONFIG", "SET", "maxmemory", "1"});
  drill.wait_for_outages();
  BOOST_TEST(is_outage(begin_session(drill.gateway())));
  BOOST_TEST(check(drill.gateway(), cookie) == 204);
  BOOST_TEST(destroy(drill.gateway(), cookie) == 204);
  BOOST_TEST(check(drill.gateway(), cookie) == 401);
  Drill::hold_for(1s);
  redis.tell({"CONFIG", "SET", "maxmemory", "0"});
  drill.back();
  drill.finish({&redis});
}

BOOST_AUTO_TEST_CASE(a_full_server_still_answers_and_extends) {
  RedisServer redis;
  Drill drill(
      {.name = "maxmemory_reading", .redis = url_of(redis.unix_address()) + kPatient, .mix = {.writes = 0}});
  drill.begin();
  redis.tell({"CONFIG", "SET", "maxmemory", "1"});
  redis.tell({"CONFIG", "RESETSTAT"});
  // Visitors are extended each second.
  wait_until("extensions", [&] { return !redis.info("cmdstat_pexpire").empty(); });
  drill.wait_for_answers();
  BOOST_TEST(redis.info("cmdstat_pexpire").ends_with(",rejected_calls=0,failed_calls=0"));
  redis.tell({"CONFIG", "SET", "maxmemory", "0"});
  drill.back();
  drill.finish({&redis}, {.without_outage = true});
}

BOOST_AUTO_TEST_CASE(a_password_is_rotated_without_an_outage) {
  Guarded guarded;
  Drill drill({.name = "password_rotated", .redis = guarded.settings(kPatient)});
  drill.begin();
  guarded.change_user(">second");
  guarded.write_password("second");
  guarded.change_user("<first");
  drill.wait_for_answers();
  drill.back();
  drill.finish({&guarded.redis}, {.without_outage = true});
}

BOOST_AUTO_TEST_CASE(a_rotated_password_is_the_one_that_new_connections_use) {
  Guarded guarded;
  // Reads are asked again when their connection ends; a write that may have been executed is not.
  Drill drill({.name = "password_rotated_and_connections_cut",
               .redis = guarded.settings(kPatient),
               .mix = {.writes = 0}});
  drill.begin();
  guarded.change_user(">second");
  guarded.write_password("second");
  guarded.change_user("<first");
  guarded.end_connections();
  drill.wait_for_answers();
  drill.back();
  drill.finish({&guarded.redis}, {.without_outage = true});
}

BOOST_AUTO_TEST_CASE(a_password_that_changed_at_redis_alone_is_an_outage_until_the_file_has_it) {
  Guarded guarded;
  Drill drill({.name = "password_late", .redis = guarded.settings()});
  drill.begin();
  guarded.change_user("resetpass");
  guarded.change_user(">second");
  guarded.end_connections();
  drill.wait_for_outages();
  drill.hold_without_redis(1s);
  guarded.write_password("second");
  drill.back();
  drill.finish({&guarded.redis});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
