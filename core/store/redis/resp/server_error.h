#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/store/store.h"

namespace session {

// An error reply of a Redis server, and the reaction that it calls for. After an error reply the command was
// not executed.
struct ServerError {
  enum class Reaction {
    fail,       // The command fails: the store is unavailable.
    full,       // The command fails: the server is out of memory.
    again,      // The client repeats the command on the same server after a short pause.
    reconnect,  // The server or the connection is the wrong one: the client finds the server, then repeats.
    moved,      // Another server has the slot permanently: the client repeats the command there.
    ask,        // Another server is importing the slot: the client repeats this command there, with ASKING.
    script,     // The server does not know the script: the store sends its text.
    foreign,    // The key holds a type other than a string, so it is not a session.
    apart,      // The keys of the script are on different servers: the store asks for one after the other.
  };
  Reaction reaction = Reaction::fail;
  std::string sentence;    // for the log; not the server's text, which may quote keys and values
  std::string where = {};  // host:port, for moved and ask
  std::uint16_t slot = 0;  // the slot, for moved
};

// Classifies the text of an error reply. `what` names the failed command ("SET") in the sentence.
[[nodiscard]] ServerError read_error(std::string_view text, std::string_view what);

}  // namespace session
