#pragma once

#include <string>
#include <string_view>

namespace session {

// What a request did to a session, or why it was refused one: for the audit and the metrics. Nothing in it is
// secret. A plain value.
struct SessionEvent {
  enum class Kind {
    created,      // a session began and was stored
    regenerated,  // it got another id; `cause` says why
    moved,        // it migrated from another format to the one in use
    destroyed,    // it ended because somebody asked for that
    refused,      // a cookie or a request was refused; `cause` says why
  };
  Kind kind{};
  // Static text. regenerated: kLogin or kAsked; refused: the reason, as X-Session-Reason says it.
  std::string_view cause = {};
  std::string session = {};  // the session's LogId; empty: not known
  std::string subject = {};  // whose session it is, or was when it ended; empty: nobody's, or not known
  std::string former = {};   // regenerated and moved: the LogId that the session had before
  std::string actor = {};    // who did it, where that is somebody else than the subject; empty: the subject

  static constexpr std::string_view kLogin = "login";  // the session's subject changed
  static constexpr std::string_view kAsked = "asked";  // an application or a client asked for it
};

}  // namespace session
