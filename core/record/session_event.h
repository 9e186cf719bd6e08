#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace session {

// One change that a request made to a session, or the rejection of a request: for the audit and the metrics.
// Contains no secret. A plain value.
struct SessionEvent {
  enum class Kind {
    created,      // a session began and was stored
    regenerated,  // the session got another id; `cause` says why
    moved,        // the session migrated from another format to the one in use
    destroyed,    // a request ended the session; `cause` says why, if that is not its own wish
    viewed,       // an operator was shown the attributes of the session
    refused,      // a cookie or a request was refused; `cause` says why
    exported,     // an operator was given `count` sessions, with all that they hold
    imported,     // an operator has put `count` sessions into the store
  };
  Kind kind{};
  // Static text. regenerated: kLogin, kRights or kAsked; destroyed: kLimit, kAdmin or empty; refused: the
  // reason, as X-Session-Reason says it.
  std::string_view cause = {};
  std::string session = {};  // the session's LogId; empty: not known
  std::string subject = {};  // the session's owner, or its last owner if it ended; empty: none, or not known
  std::string former = {};   // regenerated and moved: the LogId that the session had before
  std::string actor = {};    // who made the change, if that is not the subject; empty: the subject
  std::uint64_t count = 0;   // of several sessions at once, which are not named

  static constexpr std::string_view kLogin = "login";    // the session's subject changed
  static constexpr std::string_view kRights = "rights";  // a value changed that rights depend on
  static constexpr std::string_view kAsked = "asked";    // an application or a client asked for it
  static constexpr std::string_view kLimit = "limit";    // a login of its subject was one too many
  static constexpr std::string_view kAdmin = "admin";    // an operator asked for it
};

}  // namespace session
