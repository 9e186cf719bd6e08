#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/store/redis/connection/options.h"
#include "tests/support/redis/redis_server.h"

namespace session::test {

struct ClusterSetup {
  std::vector<std::string> options = {};  // of every node
  std::string password = {};
};

// A Redis Cluster of three masters, each with a replica, ready when it is made. A node that does not answer
// for 1.5 s is taken for dead, and its replica takes over within a second or two.
class RedisCluster {
 public:
  static constexpr std::size_t kMasters = 3;
  static constexpr std::size_t kNodes = 6;

  // A slot on its way from one master to another; numbers of nodes.
  struct Migration {
    int slot = 0;
    std::size_t from = 0;
    std::size_t to = 0;
  };

  explicit RedisCluster(ClusterSetup setup = {});

  // 0 to 2 are masters at first, 3 to 5 their replicas, in the same order. Their slots begin at 0, 5461,
  // 10923.
  RedisServer& node(std::size_t i) { return *nodes_.at(i); }
  [[nodiscard]] std::vector<RedisAddress> addresses() const;

  int slot_of(const std::string& key);
  // The number of the node that is now master of the slot, as the nodes that run say it; throws while they do
  // not agree or name none.
  std::size_t master_of_slot(int slot);
  std::size_t master_of(const std::string& key) { return master_of_slot(slot_of(key)); }
  // A key with this beginning, of a slot that this node has.
  std::string key_on(std::size_t node, const std::string& beginning = "key");

  // The three steps of moving a slot. After the first, `from` says ASK for keys that it does not have, and
  // after the second for all; until the third, all others say MOVED to `from`.
  Migration begin_migration(int slot, std::size_t to);
  void move_keys(const Migration& migration);
  void finish_migration(const Migration& migration);
  // All three.
  void migrate_slot(int slot, std::size_t to);

  // Has the replica take over, without a fault, and waits for it.
  void fail_over_to(std::size_t replica);
  // Kills a master and waits until its replica has taken over.
  void kill_master(std::size_t master);
  // Until all nodes that run say that the cluster works, and agree who has which slot.
  void wait_until_ok();

  void pass_time(milliseconds by);

 private:
  void start_nodes(const ClusterSetup& setup);
  void introduce();
  void give_slots();
  void add_replicas();
  std::string id(std::size_t i);
  bool has_slot(std::size_t i, int slot);
  RedisServer& any_node();

  std::string password_;
  std::vector<std::unique_ptr<RedisServer>> nodes_;
};

}  // namespace session::test
