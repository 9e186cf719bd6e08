#include "core/store/redis/topology/slots.h"

#include <array>
#include <bitset>
#include <charconv>

namespace session {
namespace {

// The table of CRC-16/XMODEM: polynomial 0x1021, initial value 0.
constexpr std::array<std::uint16_t, 256> make_table() {
  std::array<std::uint16_t, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned crc = byte << 8U;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000U) != 0 ? (crc << 1U) ^ 0x1021U : crc << 1U;
    table[byte] = static_cast<std::uint16_t>(crc);
  }
  return table;
}
constexpr auto kTable = make_table();

unsigned crc16(std::string_view bytes) {
  unsigned crc = 0;
  for (const char c : bytes) {
    const auto index = ((crc >> 8U) ^ static_cast<unsigned char>(c)) & 0xffU;
    crc = ((crc << 8U) ^ kTable[index]) & 0xffffU;
  }
  return crc;
}

std::string_view hashed_part(std::string_view key) {
  const auto open = key.find('{');
  if (open == std::string_view::npos) return key;
  const auto close = key.find('}', open + 1);
  const bool has_tag = close != std::string_view::npos && close > open + 1;
  return has_tag ? key.substr(open + 1, close - open - 1) : key;
}

bool is_slot(const Reply& reply) {
  return reply.is(Reply::Kind::integer) && reply.integer >= 0 && reply.integer < kSlots;
}

// Parses [first, last, [host, port, ...], replicas ...].
std::optional<SlotRange> read_range(const Reply& entry) {
  if (!entry.is(Reply::Kind::array) || entry.elements.size() < 3) return std::nullopt;
  const Reply& master = entry.elements[2];
  if (!is_slot(entry.elements[0]) || !is_slot(entry.elements[1])) return std::nullopt;
  if (!master.is(Reply::Kind::array) || master.elements.size() < 2) return std::nullopt;
  const Reply& port = master.elements[1];
  if (!port.is(Reply::Kind::integer) || port.integer < 1 || port.integer > 65535) return std::nullopt;
  SlotRange range;
  range.first = static_cast<std::uint16_t>(entry.elements[0].integer);
  range.last = static_cast<std::uint16_t>(entry.elements[1].integer);
  range.master.host = master.elements[0].bytes.view();
  range.master.port = static_cast<std::uint16_t>(port.integer);
  std::string& host = range.master.host;
  if (host == "?") host.clear();  // The node does not know its own host.
  if ((!host.empty() && !can_be_host(host)) || range.first > range.last) return std::nullopt;
  return range;
}

// Marks the slots of a range as assigned. Returns false if one of them already was, so a reply that repeats
// slots can't cost more time than one pass over all slots.
bool assign(std::bitset<kSlots>& assigned, const SlotRange& range) {
  for (unsigned slot = range.first; slot <= range.last; ++slot) {
    if (assigned.test(slot)) return false;
    assigned.set(slot);
  }
  return true;
}

}  // namespace

std::uint16_t slot_of(std::string_view key) {
  return static_cast<std::uint16_t>(crc16(hashed_part(key)) % kSlots);
}

Result<std::vector<SlotRange>, ConnectError> read_slots(const Reply& reply) {
  if (!reply.is(Reply::Kind::array)) return ConnectError("its CLUSTER SLOTS reply can't be read");
  std::vector<SlotRange> ranges;
  std::bitset<kSlots> assigned;
  for (const Reply& entry : reply.elements) {
    auto range = read_range(entry);
    if (!range) return ConnectError("its CLUSTER SLOTS reply can't be read");
    if (!assign(assigned, *range)) return ConnectError("its CLUSTER SLOTS reply names a slot twice");
    ranges.push_back(std::move(*range));
  }
  if (ranges.empty()) return ConnectError("it reports no slots");
  return ranges;
}

std::optional<RedisAddress> read_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || (colon > 0 && !can_be_host(text.substr(0, colon))))
    return std::nullopt;
  RedisAddress address;
  address.host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size() || address.port == 0) return std::nullopt;
  return address;
}

}  // namespace session
