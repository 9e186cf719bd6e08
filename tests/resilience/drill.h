#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "tests/resilience/load.h"
#include "tests/support/redis/redis_server.h"

namespace session::gateway::test {

// Whether the gateways of all drills have a near cache: SESSION_TEST_DRILLS_NEAR_CACHE is 1 in the
// environment.
[[nodiscard]] bool with_near_cache();

struct DrillSetup {
  std::string name;   // one word, for the line of figures
  std::string redis;  // keys of store.redis: "url: ..., password: ..."
  std::size_t gateways = 1;
  unsigned connections = 6;  // to each gateway, with one request at a time on each
  std::size_t others = 0;    // servers that a worker comes to know besides its first: of a group
  Memory memory = Memory::keeps;
  Mix mix = {};
  std::string touch_every = "1s";  // session.touch_every
};

// A fault of Redis while gateways that keep their sessions there are under load:
//
//   Drill drill(setup);          // visitors have logged in, and are answered
//   drill.begin();
//   redis.kill();
//   drill.hold_without_redis(1s);
//   redis.start();
//   drill.back();
//   drill.finish({&redis});      // the claims that hold in every drill, and the line of figures
//
// Throws std::runtime_error if what is waited for does not come. The test's own thread only.
class Drill {
 public:
  static constexpr unsigned kWorkers = 2;

  explicit Drill(DrillSetup setup);
  Drill(const Drill&) = delete;
  Drill& operator=(const Drill&) = delete;
  ~Drill();

  // The fault comes now: from here on answers count.
  void begin();
  // Until so many requests have been answered 503 from now on.
  void wait_for_outages(std::size_t more = 200);
  // Until so many have been answered soundly from now on.
  void wait_for_answers(std::size_t more = 2000);
  // Leaves things as they are for so long, under load.
  static void hold_for(milliseconds time);
  // From now on Redis answers nobody: no answer may be one that needs it. Checks may be answered by a near
  // cache for as long as copies rely on what was heard last.
  enum class Gone { its_connections_ended, it_stands_still };
  void redis_is_gone(Gone how);
  void redis_may_answer() { tally_.redis_may_answer(); }
  // For a Redis whose connections have ended: redis_is_gone(), hold_for() and redis_may_answer().
  void hold_without_redis(milliseconds time);
  // Redis takes commands again.
  void back() { tally_.back(std::chrono::steady_clock::now()); }

  // What is claimed of a drill, besides what always is.
  struct Claims {
    // From when Redis was back to the last 503. What is meant is 1 s; a machine that others use is slower.
    milliseconds back_within = seconds(4);
    bool without_outage = false;
  };

  // Waits until nobody has been told of an outage for a second. Then claims: no answer was wrong, every
  // visitor still has the session and can change it, no gateway has more descriptors than before, and these
  // servers no more clients than there are workers.
  void finish(const std::vector<session::test::RedisServer*>& servers);
  void finish(const std::vector<session::test::RedisServer*>& servers, const Claims& claims);

  [[nodiscard]] const WireGateway& gateway(std::size_t i = 0) const { return *gateways_.at(i); }
  [[nodiscard]] std::size_t gateways() const { return gateways_.size(); }
  // The figures so far.
  [[nodiscard]] Figures figures() const { return tally_.figures(); }

 private:
  void wait_for_quiet();
  void check_descriptors() const;
  void check_clients(const std::vector<session::test::RedisServer*>& servers) const;
  void check_every_visitor();
  void check_hits() const;

  DrillSetup setup_;
  Gateways gateways_;
  std::list<Visitor> visitors_;
  Tally tally_;
  std::vector<std::size_t> descriptors_;  // of each gateway, before the fault
  std::optional<Load> load_;              // the last one to come and the first to go
};

// "url: ..." of a server that is reached by its socket.
[[nodiscard]] std::string url_of(const RedisAddress& socket);
// "urls: [...], topology: ..."
[[nodiscard]] std::string urls_of(const std::vector<RedisAddress>& addresses, const std::string& topology);

}  // namespace session::gateway::test
