#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/redis/connection/options.h"
#include "core/store/redis/connection/transport.h"
#include "core/store/redis/resp/reply.h"

namespace session {

inline constexpr std::uint16_t kSlots = 16384;

// The number of elements in the largest CLUSTER SLOTS reply: each slot is a range of its own with four nodes,
// and each node has an address, an id and two words of metadata.
inline constexpr std::size_t kMaxSlotElements = std::size_t{kSlots} * (3 + 4 * 7);

// Returns the hash slot of a key: the CRC16 of its hash tag, the text between the first { and the next }, or
// of the whole key if it has no hash tag or an empty one (Redis Cluster specification, "Key distribution
// model" and "Hash tags").
[[nodiscard]] std::uint16_t slot_of(std::string_view key);

// A range of slots that one master has, both ends included.
struct SlotRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  RedisAddress master;  // an empty host: the host of the node that sent the reply
};

// Parses the reply to CLUSTER SLOTS. No slot is in two ranges. The error says why the reply can't be used.
[[nodiscard]] Result<std::vector<SlotRange>, ConnectError> read_slots(const Reply& reply);

// Parses "host:port" from a redirection. The host is empty if the server does not know its own. nullopt: the
// text does not have that form.
[[nodiscard]] std::optional<RedisAddress> read_address(std::string_view text);

}  // namespace session
