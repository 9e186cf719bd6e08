// A server in Redis' place that says, under load, all that it should not: outages, and nothing worse.

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/resilience/drill.h"
#include "tests/support/redis/scripted_redis.h"

namespace session::gateway::test {
namespace {

using session::test::RedisCommand;
using session::test::resp_integer;
using session::test::ScriptedRedis;
using session::test::ScriptedReply;

// What is said in place of the sound reply, and after which one on the same connection.
using Lie = std::function<ScriptedReply(const ScriptedReply& sound, const ScriptedReply& before)>;

// Serves as Redis does, the gateway's scripts included, until it is told to lie. What makes and greets a
// connection is answered soundly also then: it is the commands' answers that this is about.
class Impostor {
 public:
  Impostor() {
    redis_.answers([this](unsigned connection, const RedisCommand& command) {
      const std::lock_guard lock(mutex_);
      ScriptedReply sound = soundly(command);
      const ScriptedReply before = std::exchange(before_[connection], sound);
      const Lie lie = lie_to(connection, command.front());
      return lie ? lie(sound, before) : sound;
    });
  }

  void lies(Lie lie) {
    const std::lock_guard lock(mutex_);
    lie_ = std::move(lie);
  }
  void is_honest() { lies({}); }
  [[nodiscard]] std::string url() const { return url_of(redis_.address()); }

 private:
  // GET and PTTL are one question. A lie to one of them alone may be a sound answer: that the key is gone.
  Lie lie_to(unsigned connection, const std::string& command) {
    if (command != "PTTL") told_[connection] = command == "CLIENT" ? Lie() : lie_;
    return told_[connection];
  }

  // The gateway's compare-and-set: EVALSHA hash 1 key expected bytes time-to-live.
  ScriptedReply soundly(const RedisCommand& command) {
    if (command.front() != "EVALSHA" || command.size() != 7) return redis_.usual(command);
    const RedisCommand get = {"GET", command[3]};
    if (redis_.usual(get).bytes != session::test::resp_bulk(command[4])) return {resp_integer(0)};
    const RedisCommand set = {"SET", command[3], command[5], "PX", command[6]};
    (void)redis_.usual(set);
    return {resp_integer(1)};
  }

  std::mutex mutex_;
  Lie lie_;
  std::map<unsigned, Lie> told_;
  std::map<unsigned, ScriptedReply> before_;
  ScriptedRedis redis_;  // the first to go: its threads use the others
};

Lie says(const std::string& bytes) {
  return [bytes](const ScriptedReply&, const ScriptedReply&) { return ScriptedReply{bytes}; };
}

void check_outages(Drill& drill, Impostor& redis, const Lie& lie) {
  redis.lies(lie);
  drill.wait_for_outages(20);
  redis.is_honest();
  drill.back();
  drill.wait_for_answers(200);
}

// A few lines a second, however often a connection ends and is made again: without those that tell of each
// request.
void check_log(const Drill& drill) {
  std::istringstream log(drill.gateway().log());
  std::ptrdiff_t lines = 0;
  for (std::string line; std::getline(log, line);) {
    const bool of_a_request = line.find(" debug ") != line.npos || line.find(" audit ") != line.npos;
    lines += of_a_request ? 0 : 1;
  }
  const auto lasted = std::chrono::ceil<seconds>(drill.figures().window);
  BOOST_TEST(lines <= 20 + 6 * lasted.count());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(drills_hostile)

// WRONGTYPE is not among them: it means that the key holds something, which is no session.
BOOST_AUTO_TEST_CASE(every_error_is_an_outage) {
  Impostor redis;
  Drill drill({.name = "error_texts", .redis = redis.url()});
  drill.begin();
  for (const std::string error :
       {"LOADING Redis is loading the dataset in memory",
        "BUSY Redis is busy running a script.",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "READONLY You can't write against a read only replica.",
        "MISCONF Redis is configured to save RDB snapshots",
        "NOREPLICAS Not enough good replicas to write.",
        "NOAUTH Authentication required.",
        "NOPERM this user has no permissions",
        "WRONGPASS invalid username-password pair or user is disabled.",
        "CLUSTERDOWN The cluster is down",
        "MOVED 1 127.0.0.1:1",
        "ASK 1 127.0.0.1:1",
        "MOVED",
        "ASK nonsense",
        "TRYAGAIN Multiple keys request",
        "CROSSSLOT Keys in request don't hash to the same slot",
        "OOM command not allowed",
        "NOSCRIPT No matching script.",
        "EXECABORT Transaction discarded",
        "UNKILLABLE Sorry",
        "ERR max number of clients reached",
        "ERR unknown command",
        "ERR syntax error",
        "ODDITY",
        ""}) {
    check_outages(drill, redis, says("-" + error + "\r\n"));
  }
  drill.finish({});
  check_log(drill);
}

BOOST_AUTO_TEST_CASE(every_answer_of_another_type_is_an_outage) {
  Impostor redis;
  Drill drill({.name = "wrong_types", .redis = redis.url()});
  drill.begin();
  for (const std::string reply :
       {"+OK\r\n", "+QUEUED\r\n", ":7\r\n", ":-2\r\n", "$2\r\nOK\r\n", "*0\r\n", "*-1\r\n",
        "*2\r\n$1\r\na\r\n:1\r\n", "_\r\n", "%1\r\n", "#t\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n"}) {
    check_outages(drill, redis, says(reply));
  }
  drill.finish({});
  check_log(drill);
}

BOOST_AUTO_TEST_CASE(every_absurd_length_is_an_outage) {
  Impostor redis;
  Drill drill({.name = "absurd_lengths", .redis = redis.url()});
  drill.begin();
  for (const std::string reply :
       {"$900000000\r\nx", "$99999999999999999999\r\nx\r\n", "$-7\r\n", "$\r\n\r\n", "$3\r\nlonger\r\n",
        "*1000000000\r\n", "*-9\r\n", "*65537\r\n", ":99999999999999999999\r\n", ":12a\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"}) {
    check_outages(drill, redis, says(reply));
  }
  drill.finish({});
  check_log(drill);
}

BOOST_AUTO_TEST_CASE(half_a_reply_is_an_outage) {
  const auto cut_after = [](std::size_t size, bool close) -> Lie {
    return [size, close](const ScriptedReply& sound, const ScriptedReply&) {
      return ScriptedReply{sound.bytes->substr(0, std::min(size, sound.bytes->size() - 1)), close};
    };
  };
  Impostor redis;
  Drill drill({.name = "half_replies", .redis = redis.url()});
  drill.begin();
  for (const std::size_t size : {0U, 1U, 3U, 20U, 1000U}) {
    check_outages(drill, redis, cut_after(size, true));   // and hangs up
    check_outages(drill, redis, cut_after(size, false));  // and goes on with the next one, or waits
  }
  drill.finish({});
  check_log(drill);
}

BOOST_AUTO_TEST_CASE(the_reply_to_the_command_before_is_nobodys) {
  Impostor redis;
  Drill drill({.name = "previous_reply", .redis = redis.url()});
  drill.begin();
  for (int round = 0; round < 10; ++round) {
    check_outages(drill, redis, [](const ScriptedReply&, const ScriptedReply& before) { return before; });
  }
  drill.finish({});
  check_log(drill);
}

BOOST_AUTO_TEST_CASE(a_reply_too_many_is_nobodys) {
  unsigned count = 0;
  Impostor redis;
  Drill drill({.name = "reply_too_many", .redis = redis.url()});
  drill.begin();
  check_outages(drill, redis, [&count](const ScriptedReply& sound, const ScriptedReply&) {
    return ++count % 20 == 0 ? ScriptedReply{*sound.bytes + *sound.bytes} : sound;
  });
  drill.finish({});
  check_log(drill);
}

// The drill's own test. No client can know that a value of the right form is another key's; the visitor does.
BOOST_AUTO_TEST_CASE(a_session_in_the_place_of_another_one_is_found_out) {
  std::string stolen;
  Impostor redis;
  const Drill drill({.name = "unused", .redis = redis.url(), .mix = {.writes = 0}});
  redis.lies([&stolen](const ScriptedReply& sound, const ScriptedReply&) {
    if (!sound.bytes->starts_with('$')) return sound;
    if (stolen.empty()) stolen = *sound.bytes;
    return ScriptedReply{stolen};
  });
  wait_until("a visitor to object", [&] { return drill.figures().wrong > 10; });
  BOOST_TEST(drill.figures().wrong > 10u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
