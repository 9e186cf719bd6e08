#include "tests/support/redis/redis_cluster.h"

#include <algorithm>
#include <array>
#include <compare>
#include <set>
#include <sstream>
#include <stdexcept>

namespace session::test {
namespace {

constexpr int kSlots = 16384;

std::string port_text(const RedisServer& server) { return std::to_string(server.port()); }

struct Range {
  int first = 0;
  int last = 0;
  int port = 0;  // of the master
  auto operator<=>(const Range&) const = default;
};

std::set<Range> ranges(RedisServer& node) {
  std::set<Range> all;
  for (const RedisReply& one : node.tell({"CLUSTER", "SLOTS"}).elements) {
    all.insert({static_cast<int>(one.elements.at(0).integer), static_cast<int>(one.elements.at(1).integer),
                static_cast<int>(one.elements.at(2).elements.at(1).integer)});
  }
  return all;
}

// Whether the node is connected to all others, and they to it as far as it knows.
bool knows_all(RedisServer& node) {
  std::istringstream nodes(node.tell({"CLUSTER", "NODES"}).text);
  std::size_t known = 0;
  for (std::string line; std::getline(nodes, line); ++known) {
    if (line.find("handshake") != std::string::npos) return false;
    if (line.find(" connected") == std::string::npos) return false;
  }
  return known == RedisCluster::kNodes;
}

bool is_ok(RedisServer& node) {
  return node.tell({"CLUSTER", "INFO"}).text.find("cluster_state:ok") != std::string::npos;
}

}  // namespace

RedisCluster::RedisCluster(ClusterSetup setup) : password_(setup.password) {
  start_nodes(setup);
  introduce();
  give_slots();
  add_replicas();
  wait_until_ok();
}

void RedisCluster::start_nodes(const ClusterSetup& setup) {
  RedisSetup node{.options = setup.options, .password = setup.password, .cluster = true};
  node.options.insert(node.options.begin(), {"cluster-node-timeout 1500", "cluster-replica-validity-factor 0",
                                             "repl-ping-replica-period 1"});
  while (nodes_.size() < kNodes) nodes_.push_back(std::make_unique<RedisServer>(node));
}

// Everybody to everybody: gossip alone takes longer.
void RedisCluster::introduce() {
  for (std::size_t i = 0; i < kNodes; ++i) {
    node(i).tell({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
  }
  for (std::size_t i = 0; i < kNodes; ++i) {
    for (std::size_t j = i + 1; j < kNodes; ++j) {
      node(i).tell({"CLUSTER", "MEET", "127.0.0.1", port_text(node(j)), std::to_string(node(j).bus_port())});
    }
  }
  wait_until("the nodes to know each other", [this] {
    return std::all_of(nodes_.begin(), nodes_.end(), [](auto& node) { return knows_all(*node); });
  });
}

void RedisCluster::give_slots() {
  static constexpr std::array<int, kMasters + 1> kFirst = {0, 5461, 10923, kSlots};
  for (std::size_t i = 0; i < kMasters; ++i) {
    node(i).tell(
        {"CLUSTER", "ADDSLOTSRANGE", std::to_string(kFirst.at(i)), std::to_string(kFirst.at(i + 1) - 1)});
  }
}

void RedisCluster::add_replicas() {
  for (std::size_t i = kMasters; i < kNodes; ++i) node(i).tell({"CLUSTER", "REPLICATE", id(i - kMasters)});
  wait_until("the replicas to follow", [this] {
    return std::all_of(nodes_.begin() + kMasters, nodes_.end(),
                       [](auto& node) { return node->info("master_link_status") == "up"; });
  });
}

std::vector<RedisAddress> RedisCluster::addresses() const {
  std::vector<RedisAddress> all;
  for (const auto& node : nodes_) all.push_back(node->address());
  return all;
}

int RedisCluster::slot_of(const std::string& key) {
  return static_cast<int>(any_node().tell({"CLUSTER", "KEYSLOT", key}).integer);
}

std::size_t RedisCluster::master_of_slot(int slot) {
  std::set<int> ports;
  for (auto& node : nodes_) {
    if (!node->running()) continue;
    for (const Range& range : ranges(*node)) {
      if (range.first <= slot && slot <= range.last) ports.insert(range.port);
    }
  }
  for (std::size_t i = 0; i < kNodes; ++i) {
    if (ports == std::set<int>{node(i).port()}) return i;
  }
  throw std::runtime_error("the nodes do not agree who has slot " + std::to_string(slot));
}

std::string RedisCluster::key_on(std::size_t node, const std::string& beginning) {
  for (int i = 0; i < kSlots; ++i) {
    std::string key = beginning + std::to_string(i);
    if (master_of(key) == node) return key;
  }
  throw std::runtime_error("node " + std::to_string(node) + " has no slots");
}

RedisCluster::Migration RedisCluster::begin_migration(int slot, std::size_t to) {
  const Migration migration{slot, master_of_slot(slot), to};
  const std::string number = std::to_string(slot);
  node(to).tell({"CLUSTER", "SETSLOT", number, "IMPORTING", id(migration.from)});
  node(migration.from).tell({"CLUSTER", "SETSLOT", number, "MIGRATING", id(to)});
  return migration;
}

void RedisCluster::move_keys(const Migration& migration) {
  const std::string slot = std::to_string(migration.slot);
  RedisServer& from = node(migration.from);
  for (;;) {
    const RedisReply keys = from.tell({"CLUSTER", "GETKEYSINSLOT", slot, "100"});
    if (keys.elements.empty()) return;
    RedisCommand command = {"MIGRATE", "127.0.0.1", port_text(node(migration.to)), "", "0", "5000"};
    if (!password_.empty()) command.insert(command.end(), {"AUTH", password_});
    command.emplace_back("KEYS");
    for (const RedisReply& key : keys.elements) command.push_back(key.text);
    from.tell(command);
  }
}

// The new one first: a slot that nobody has is worse than one that two have. Replicas take no orders.
void RedisCluster::finish_migration(const Migration& migration) {
  const RedisCommand command = {"CLUSTER", "SETSLOT", std::to_string(migration.slot), "NODE",
                                id(migration.to)};
  node(migration.to).tell(command);
  node(migration.from).tell(command);
  for (auto& node : nodes_) {
    if (node->running() && node->info("role") == "master") node->tell(command);
  }
  wait_until_ok();
}

void RedisCluster::migrate_slot(int slot, std::size_t to) {
  const Migration migration = begin_migration(slot, to);
  move_keys(migration);
  finish_migration(migration);
}

void RedisCluster::fail_over_to(std::size_t replica) {
  node(replica).tell({"CLUSTER", "FAILOVER"});
  wait_until("the failover", [&] { return node(replica).info("role") == "master"; });
  wait_until_ok();
}

void RedisCluster::kill_master(std::size_t master) {
  const int slot = slot_of(key_on(master));
  node(master).kill();
  // Until then the others are content, and name the dead one.
  wait_until("the replica to take over", [&] {
    for (std::size_t i = 0; i < kNodes; ++i) {
      if (node(i).running() && node(i).info("role") == "master" && has_slot(i, slot)) return true;
    }
    return false;
  });
  wait_until_ok();
}

// As the node itself says it.
bool RedisCluster::has_slot(std::size_t i, int slot) {
  const auto all = ranges(node(i));
  return std::any_of(all.begin(), all.end(), [&](const Range& range) {
    return range.port == node(i).port() && range.first <= slot && slot <= range.last;
  });
}

void RedisCluster::wait_until_ok() {
  wait_until("the cluster to agree", [this] {
    std::set<std::set<Range>> opinions;
    for (auto& node : nodes_) {
      if (!node->running()) continue;
      if (!is_ok(*node)) return false;
      opinions.insert(ranges(*node));
    }
    return opinions.size() == 1;
  });
}

void RedisCluster::pass_time(milliseconds by) {
  for (auto& node : nodes_) {
    if (node->running() && node->info("role") == "master") node->pass_time(by);
  }
}

std::string RedisCluster::id(std::size_t i) { return node(i).tell({"CLUSTER", "MYID"}).text; }

RedisServer& RedisCluster::any_node() {
  for (auto& node : nodes_) {
    if (node->running()) return *node;
  }
  throw std::runtime_error("no node runs");
}

}  // namespace session::test
