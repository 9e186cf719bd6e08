#include "tests/support/redis/sentinel_group.h"

#include <algorithm>
#include <stdexcept>

namespace session::test {
namespace {

constexpr std::size_t kServers = 2;
constexpr std::size_t kSentinels = 3;
// Milliseconds.
constexpr const char* kSoon = "100";
constexpr const char* kPublish = "2000";
constexpr const char* kInfo = "1000";

std::string port_text(const RedisServer& server) { return std::to_string(server.port()); }

// The value behind a name in a flat list of names and values.
std::string field(const RedisReply& list, const std::string& name) {
  for (std::size_t i = 0; i + 1 < list.elements.size(); i += 2) {
    if (list.elements[i].text == name) return list.elements[i + 1].text;
  }
  return "";
}

bool in_step(RedisServer& replica) {
  return replica.info("role") == "slave" && replica.info("master_link_status") == "up" &&
         replica.info("master_sync_in_progress") == "0";
}

}  // namespace

SentinelGroup::SentinelGroup(SentinelSetup setup) {
  start_servers(setup);
  start_sentinels(setup);
  look_around_every(kSoon, kSoon);
  wait_until("the sentinels to know each other and the replica", [this] {
    return std::all_of(sentinels_.begin(), sentinels_.end(), [this](auto& one) { return complete(*one); });
  });
  look_around_every(kPublish, kInfo);
}

void SentinelGroup::start_servers(const SentinelSetup& setup) {
  RedisSetup server{.options = setup.options, .password = setup.password};
  server.options.emplace_back("repl-ping-replica-period 1");
  topology_.push_back(std::make_unique<RedisServer>(server));
  server.options.push_back("replicaof 127.0.0.1 " + port_text(*topology_[0]));
  topology_.push_back(std::make_unique<RedisServer>(server));
  wait_until("the replica to follow", [this] { return in_step(*topology_[1]); });
}

void SentinelGroup::start_sentinels(const SentinelSetup& setup) {
  const std::string name = kName;
  RedisSetup sentinel{.password = setup.sentinel_password, .sentinel = true};
  sentinel.options = {"sentinel monitor " + name + " 127.0.0.1 " + port_text(*topology_[0]) + " 2",
                      "sentinel down-after-milliseconds " + name + " 1000",
                      // Sentinels that vote at the same moment for different ones try again after twice this.
                      "sentinel failover-timeout " + name + " 1500"};
  if (!setup.password.empty())
    sentinel.options.push_back("sentinel auth-pass " + name + " \"" + setup.password + "\"");
  if (!setup.sentinel_password.empty()) {
    sentinel.options.push_back("sentinel sentinel-pass \"" + setup.sentinel_password + "\"");
  }
  for (std::size_t i = 0; i < kSentinels; ++i) {
    sentinels_.push_back(std::make_unique<RedisServer>(sentinel));
    // By default they do nothing for half a minute ("tilt") after the machine was busy for two seconds.
    sentinels_.back()->tell({"SENTINEL", "DEBUG", "ASK-PERIOD", "100", "MIN-LINK-RECONNECT-PERIOD", "100",
                             "TILT-TRIGGER", "20000", "TILT-PERIOD", "100"});
  }
}

// How often they tell each other what they know, and ask servers for replicas and roles. Short only until
// they have met: for four of the first periods they put up with a new master that they have not been told of,
// and then undo the failover; a replica they have not asked for three of the second is not chosen.
void SentinelGroup::look_around_every(const std::string& publish, const std::string& info) {
  for (auto& sentinel : sentinels_) {
    if (!sentinel->running()) continue;
    sentinel->tell({"SENTINEL", "DEBUG", "PUBLISH-PERIOD", publish, "INFO-PERIOD", info});
  }
}

bool SentinelGroup::complete(RedisServer& sentinel) {
  const RedisReply master = sentinel.tell({"SENTINEL", "MASTER", kName});
  const RedisReply replicas = sentinel.tell({"SENTINEL", "REPLICAS", kName});
  return field(master, "flags") == "master" &&
         field(master, "num-other-sentinels") == std::to_string(kSentinels - 1) &&
         replicas.elements.size() == kServers - 1 && field(replicas.elements[0], "flags") == "slave" &&
         field(replicas.elements[0], "master-link-status") == "ok" &&
         sentinel.ask({"SENTINEL", "CKQUORUM", kName}).text.starts_with("OK");
}

RedisServer& SentinelGroup::master() {
  const RedisAddress address = current_master();
  for (auto& server : topology_) {
    if (server->address() == address) return *server;
  }
  throw std::runtime_error("a sentinel names a stranger: " + to_text(address));
}

RedisServer& SentinelGroup::replica() {
  return &master() == topology_[0].get() ? *topology_[1] : *topology_[0];
}

std::vector<RedisAddress> SentinelGroup::sentinel_addresses() const {
  std::vector<RedisAddress> addresses;
  for (const auto& sentinel : sentinels_) addresses.push_back(sentinel->address());
  return addresses;
}

RedisAddress SentinelGroup::current_master() {
  const auto found =
      std::find_if(sentinels_.begin(), sentinels_.end(), [](auto& sentinel) { return sentinel->running(); });
  if (found == sentinels_.end()) throw std::runtime_error("no sentinel runs");
  const RedisReply reply = (*found)->tell({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", kName});
  return RedisAddress{reply.elements.at(0).text,
                      static_cast<std::uint16_t>(std::stoi(reply.elements.at(1).text))};
}

void SentinelGroup::kill_master() {
  RedisServer& heir = replica();
  master().kill();
  wait_for_master(heir);
}

void SentinelGroup::fail_over() {
  RedisServer& heir = replica();
  // NOGOODSLAVE while the one before is not over.
  wait_until("a sentinel to begin a failover", [this] {
    for (auto& sentinel : sentinels_) {
      if (sentinel->running()) return !sentinel->ask({"SENTINEL", "FAILOVER", kName}).is_error();
    }
    return false;
  });
  wait_for_master(heir);
  wait_for_replica();
}

void SentinelGroup::wait_for_master(RedisServer& expected) {
  wait_until("the failover", [&] {
    return expected.info("role") == "master" &&
           std::all_of(sentinels_.begin(), sentinels_.end(),
                       [&](auto& sentinel) { return !sentinel->running() || names(*sentinel, expected); });
  });
}

bool SentinelGroup::names(RedisServer& sentinel, const RedisServer& master) {
  const RedisReply reply = sentinel.tell({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", kName});
  return reply.elements.at(1).text == port_text(master);
}

void SentinelGroup::wait_for_replica() {
  RedisServer& follower = replica();
  look_around_every(kSoon, kSoon);
  wait_until("the replica to follow", [&] { return in_step(follower); });
  // A replica that has just been loaded gets what was written since only when it has said so, up to a second
  // later.
  const long long written = std::stoll(master().info("master_repl_offset"));
  wait_until("the replica to have all",
             [&] { return in_step(follower) && std::stoll(follower.info("slave_repl_offset")) >= written; });
  look_around_every(kPublish, kInfo);
}

}  // namespace session::test
