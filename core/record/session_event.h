#pragma once

#include <string>

namespace session {

// What a request did to a session in the store, for whoever keeps account of it. Nothing in it is secret.
struct SessionChange {
  enum class Kind {
    created,
    logged_in,    // it has another id because its subject changed
    regenerated,  // it has another id because that was asked for
    moved,        // from another format to the one in use
    ended,        // because that was asked for
  };
  Kind kind{};
  std::string name;     // what stands for it in logs (LogId), as it is now
  std::string former;   // what stood for it before, if it has another id or format
  std::string subject;  // whose it is now, or was when it ended; empty: nobody's, or not known
};

}  // namespace session
