#pragma once

#include <string>
#include <string_view>

namespace session::gateway {

// What a request did to a session, or why it was kept from doing so: what the audit log and the metrics tell.
// Nothing in it is secret.
struct SessionEvent {
  enum class Kind {
    created,      // a session began and was stored
    regenerated,  // it has another id; `cause` says why
    moved,        // it came over from another format
    destroyed,    // it ended because somebody asked for that
    refused,      // a cookie or a request was refused; `cause` says why
  };
  Kind kind{};
  // Static text. regenerated: "login" (the subject changed) or "asked"; refused: the reason as
  // X-Session-Reason says it.
  std::string_view cause = {};
  std::string session = {};  // what stands for it in logs; empty: not known
  std::string subject = {};  // whose it is; empty: nobody's, or not known
  std::string former = {};   // regenerated and moved: what stood for it in logs before
};

}  // namespace session::gateway
