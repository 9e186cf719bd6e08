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

// The elements of the longest CLUSTER SLOTS: each slot a range of its own with four nodes, and each node with
// address, id and two words about it.
inline constexpr std::size_t kMaxSlotElements = std::size_t{kSlots} * (3 + 4 * 7);

// The hash slot of a key: CRC16 of it, or of what stands between its first { and the next } if that is not
// empty (Redis Cluster specification, "Key distribution model" and "Hash tags").
[[nodiscard]] std::uint16_t slot_of(std::string_view key);

// Slots that one master has, both ends included.
struct SlotRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  RedisAddress master;  // an empty host: the one that was asked
};

// The reply to CLUSTER SLOTS; no slot comes twice. Error: why it can't be used.
[[nodiscard]] Result<std::vector<SlotRange>, ConnectError> read_slots(const Reply& reply);

// "host:port" as redirections have it; the host is empty where the server does not know its own. nullopt: not
// that form.
[[nodiscard]] std::optional<RedisAddress> read_address(std::string_view text);

}  // namespace session
