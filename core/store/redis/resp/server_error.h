#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/store/store.h"

namespace session {

// An error that a Redis server answered with, and what is to be done about it. Nothing was executed in any of
// these cases.
struct ServerError {
  enum class Reaction {
    fail,       // the store can't answer
    full,       // ... for lack of room
    again,      // the same server, in a moment
    reconnect,  // this server, or this connection, is not the right one any more: find it anew, and repeat
    moved,      // another server has the slot, for good: repeat there
    ask,        // another server has this key already: repeat there once, with ASKING
    script,     // the server does not know the script: repeat with its text
    foreign,    // the key holds something that is no string, so nothing of ours
  };
  Reaction reaction = Reaction::fail;
  std::string sentence;    // for the log. Made here: the server's own words may quote keys and values
  std::string where = {};  // for moved and ask: host:port
  std::uint16_t slot = 0;  // for moved
};

// Reads the text of an error reply. `what` names what was tried ("SET").
[[nodiscard]] ServerError read_error(std::string_view text, std::string_view what);

}  // namespace session
