#pragma once

#include "core/store/redis/topology/topology.h"

namespace session {

// The one server at the one address.
[[nodiscard]] std::shared_ptr<Topology> make_single_server(const Executor& executor,
                                                           const std::shared_ptr<const RedisSetup>& setup);
// The master that the sentinels name, at any time.
[[nodiscard]] std::shared_ptr<Topology> make_sentinel_server(const Executor& executor,
                                                             const std::shared_ptr<const RedisSetup>& setup);
// The nodes of a Redis Cluster.
[[nodiscard]] std::shared_ptr<Topology> make_cluster(const Executor& executor,
                                                     const std::shared_ptr<const RedisSetup>& setup);

}  // namespace session
