#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/boxed.h"
#include "core/cookie/cookie_header.h"
#include "core/migration/migration.h"
#include "core/session/environment.h"
#include "core/session/session.h"
#include "core/session/session_directory.h"
#include "core/session/session_transfer.h"
#include "core/session/touch.h"

namespace session {

struct SessionManagerOptions {
  Policy policy;
  CookieAttributes cookie;
  // Where browsers may still have a cookie of that name, from before `cookie` was changed: the answers to a
  // login and to a logout remove it. REQUIRES: other domains or paths than that of `cookie`.
  std::vector<CookieAttributes> former = {};
  PrivilegeSettings privileges = {};
  RecordCacheOptions cache;
  // How long a write is repeated that loses against other writers of the same session, including the wait for
  // the session's lock.
  milliseconds write_deadline = seconds(2);
  // The key of the hash that names sessions in logs (LogId); empty: a random key.
  Secret log_id_key = {};
  // The keys of the hash that names the owners of sessions in the store (OwnerId); none: a random key, so
  // that no other process finds the sessions of a subject.
  std::vector<Secret> owner_id_keys = {};
};

// Finds the session of a request by its cookie, and creates sessions.
//
// Not thread-safe. Each thread has its own, over the same Store and with its own Format; it is cheap to make.
class SessionManager {
 public:
  // `store` and `clock` must outlive the manager.
  SessionManager(Store& store, Format format, std::shared_ptr<const Identity> identity,
                 SessionManagerOptions options, const Clock& clock = system_clock());

  // From now on a request that has a cookie of this format, but none of ours, migrates its session to our
  // format (core/migration/migration.h). When a session ends, the sessions that the request's legacy cookies
  // name end with it.
  void accept(LegacyFormat legacy);

  // What the cookies of a request name that has no session.
  struct Named {
    // For RejectReason::malformed: the log id of the record that can't be read; empty if it is the cookie.
    std::string corrupt_record = {};
    // The store keys that the request's legacy cookies name.
    std::vector<LegacyKey> legacy_keys = {};
    // The log id of the session that a verified cookie names, although there is no session.
    std::string name = {};
    // The sessions that verified cookies of ours name: a logout ends all of them.
    std::vector<Session::Other> others = {};
  };
  // A session, or why there is none. Small, because every check moves it through its coroutines.
  struct Opened {
    Boxed<Session> session;
    RejectReason refusal = RejectReason::absent;  // if there is no session
    Boxed<Named> what_is_named = {};              // nothing: nothing

    // With nothing in it, if nothing is named.
    [[nodiscard]] const Named& named() const {
      static const Named nothing;
      return what_is_named ? *what_is_named : nothing;
    }
    // For who adds to it.
    [[nodiscard]] Named& mutable_named() {
      if (!what_is_named) what_is_named = Named();
      return *what_is_named;
    }
  };

  // Returns the session that the request's Cookie headers name. Asks the store only if a cookie verified. A
  // browser may have several cookies of our name, because their domain or path was changed: then the one
  // whose session lives counts. Two that live are `ambiguous`, because either may have been planted.
  // Extends the session as the policy says, unless the terms say that it must not; a failure of that is no
  // error, because the result does not depend on it. What the cookies view need not outlive the call. Error:
  // the store did not answer.
  Task<Result<Opened, StoreFailure>> open(std::span<const std::string_view> cookie_headers,
                                          OpenTerms terms = {}) {
    return open(RequestCookies(cookie_headers), terms);
  }
  Task<Result<Opened, StoreFailure>> open(const RequestCookies& request, OpenTerms terms = {});

  // A session that a cookie names.
  struct LookedUp {
    std::optional<LiveSession> session = {};
    Json attributes = {};
    RejectReason refusal = RejectReason::absent;  // if there is no session
  };
  // Finds the session that Cookie headers name, for an operator, and changes nothing: it extends no session,
  // and migrates none. Of several it finds one. Error: the store did not answer.
  Task<Result<LookedUp, StoreFailure>> look_up(std::span<const std::string_view> cookie_headers);

  // The log ids of sessions that ended.
  struct Ended {
    std::vector<std::string> names;
    std::optional<StoreFailure> failure;  // the first one; the others were tried all the same
  };
  // Ends the sessions that the cookies of a request name which has no session itself (Named::others and
  // Named::legacy_keys), also under an id that they got meanwhile, and whatever else their keys hold.
  // Without the legacy ones a browser that logs out would be logged in again by these.
  Task<Ended> end(std::vector<Session::Other> others, std::vector<LegacyKey> legacy_keys);

  // The log id of a store key's session.
  [[nodiscard]] std::string log_id_of(std::string_view store_key) {
    return environment_.log_ids.of(store_key);
  }

  // Lists and ends the sessions of all who are logged in.
  [[nodiscard]] SessionDirectory directory() { return SessionDirectory(environment_); }
  // Moves all sessions to another store.
  [[nodiscard]] SessionTransfer transfer() { return SessionTransfer(environment_); }

  // Whether these attributes have a subject.
  [[nodiscard]] bool name_a_subject(const Json& attributes) const {
    return environment_.records.identity().subject(attributes).has_value();
  }

  // Creates a session. Nothing is stored before its first flush. If that is a login, it ends those of
  // `others` that live (Named::others), and those of the legacy keys (Named::legacy_keys).
  [[nodiscard]] Session create(std::vector<Session::Other> others = {},
                               std::vector<LegacyKey> legacy_keys = {});

  // For use without cookies: returns the session of an id that the program chose (1 to 1024 bytes), or a new
  // one under that id. The id is trusted: never pass a client's. Error: the store did not answer, or
  // WriteFailure::Kind::malformed if the id's key holds no record of this format.
  Task<Result<Session, WriteFailure>> at(std::string id);

  [[nodiscard]] const CookieAttributes& cookie() const { return environment_.cookie; }
  [[nodiscard]] const Clock& clock() const { return environment_.clock; }
  // The Set-Cookie values that remove our cookie from a browser, and cookies of former attributes.
  [[nodiscard]] std::vector<std::string> clearing_cookies() const;
  // Whether a cookie of that name is ours, or of a format that is accepted.
  [[nodiscard]] bool names_sessions(std::string_view cookie_name) const {
    if (cookie_name == environment_.cookie.name) return true;
    return !environment_.legacy.empty() && names_legacy_sessions(cookie_name);
  }

  // Whether the store can do everything that requests need (RecordStore::probe).
  Task<Result<bool, StoreFailure>> probe_store();

  // Empties the caches of cookies and records, and frees their memory: for when no requests come. Later
  // requests fill them again.
  void release_caches();

  // Why a stale session (Session::is_stale) lets a request not pass.
  [[nodiscard]] static StoreFailure out_of_date();

 private:
  using Asked = Task<Result<Opened, StoreFailure>>;
  // The cookies of our name in a request.
  struct Cookies {
    RejectReason refusal = RejectReason::absent;  // if there is no `first`
    std::optional<VerifiedCookie> first;
    std::vector<VerifiedCookie> more;   // of other sessions
    std::vector<Session::Other> ended;  // that verified, but are older than the absolute timeout
  };
  [[nodiscard]] Cookies verify(const RequestCookies& request);
  // Open the session of these cookies. The first is not a coroutine, which saves a frame for each check.
  Asked open_ours(Cookies&& cookies, OpenTerms terms);
  Asked open_several(Cookies cookies, OpenTerms terms);
  Asked open_verified(VerifiedCookie cookie, OpenTerms terms);
  Task<void> keep_tombstone(Session& session);
  Task<void> list(Session& session);
  // The same as open_verified(), for a request that has cookies of other sessions, too.
  Asked open_beside(std::vector<Session::Other> others, VerifiedCookie cookie, OpenTerms terms);
  [[nodiscard]] static Opened refused(RejectReason refusal, const Session& session);
  static Asked no_session(Cookies cookies);
  Asked open_any(Cookies cookies, std::vector<LegacyCookie> old, OpenTerms terms);
  Asked open_old(std::vector<LegacyCookie> old, OpenTerms terms);
  // Leaves, of the cookies of one format, those whose session lives if there are several.
  Task<Result<std::vector<LegacyCookie>, StoreFailure>> living(std::vector<LegacyCookie> cookies);
  [[nodiscard]] bool names_legacy_sessions(std::string_view cookie_name) const;
  [[nodiscard]] bool too_old(const VerifiedCookie& cookie) const;

  SessionEnvironment environment_;
};

}  // namespace session
