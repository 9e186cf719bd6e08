#pragma once

#include "core/store/redis/topology/topology.h"

namespace session {

// Makes a Topology::layout() of a text that says all of it.
[[nodiscard]] std::string layout_text(std::string_view servers);

// Makes the topology of one server at one address.
[[nodiscard]] std::shared_ptr<Topology> make_single_server(const Executor& executor,
                                                           const std::shared_ptr<const RedisSetup>& setup);
// Makes the topology of the master that the sentinels currently report.
[[nodiscard]] std::shared_ptr<Topology> make_sentinel_server(const Executor& executor,
                                                             const std::shared_ptr<const RedisSetup>& setup);
// Makes the topology of a Redis Cluster.
[[nodiscard]] std::shared_ptr<Topology> make_cluster(const Executor& executor,
                                                     const std::shared_ptr<const RedisSetup>& setup);

}  // namespace session
