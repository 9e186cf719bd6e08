#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/session/actions.h"
#include "gateway/endpoints/endpoint.h"
#include "gateway/endpoints/events.h"

namespace session::gateway {

// The outcomes of a request's actions.
struct Done {
  Session session;  // after the actions
};
struct NoSession {
  RejectReason reason;  // why there was no session
};
// No single session could be opened, but `destroy` ended what the cookies name: the session under the newer
// id of a revoked cookie, several live sessions, or a record that can't be read.
struct EndedOthers {};
using ActionOutcome = std::variant<Done, NoSession, EndedOthers, WriteFailure>;
struct Applied {
  ActionOutcome outcome;
  Events events;  // the changes to sessions, whatever the outcome is
  // The Set-Cookie values for the browser: the session's cookie if it changed, or one that removes the
  // cookie; with either, those that remove cookies of former attributes.
  std::vector<std::string> set_cookies = {};
};

// Whose session the actions are for, and who asks for them.
struct ActionSource {
  std::span<const std::string_view> cookies;  // the request's Cookie headers
  Touch touch = Touch::on;
  ClientFacts client = {};  // what a login is recorded with
  // `login`: an application that has verified who the user is. `nothing`: it may be anybody.
  SameSubject same_subject = SameSubject::nothing;
};
// The source that a request is. `cookies` are its Cookie headers, and outlive the source.
[[nodiscard]] ActionSource source_of(const Request& request, std::span<const std::string_view> cookies,
                                     const Services& services,
                                     SameSubject same_subject = SameSubject::nothing);

// Opens the session that the cookies name, or creates one if an attribute is to be set; then applies the
// actions and writes. With a `revoked` cookie a session is created only for a login, because its cookie would
// overwrite the newer one that the browser is about to get; and with cookies of several live sessions,
// because only a login ends these. `destroy` ends every session that a verified cookie names. REQUIRES: the
// actions have no contradiction. The texts that the arguments view must outlive the task.
Task<Applied> apply_actions(Actions actions, ActionSource source, Services& services);

// Returns why a session was not written, for the log.
[[nodiscard]] std::string for_log(const WriteFailure& failure);

}  // namespace session::gateway
