#pragma once

#include <cstddef>

namespace session::gateway {

// Makes room for that many open connections of that many workers, and says how many there is room for: fewer
// than were wanted, with a warning, where the hard limit on open files is lower. What the workers need
// besides, as connections to a store, is set aside. Never 0.
[[nodiscard]] std::size_t room_for_connections(std::size_t wanted, std::size_t workers);

}  // namespace session::gateway
