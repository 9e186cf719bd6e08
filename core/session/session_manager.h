#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/migration/migration.h"
#include "core/session/environment.h"
#include "core/session/session.h"
#include "core/session/touch.h"

namespace session {

struct SessionManagerOptions {
  Policy policy;
  CookieAttributes cookie;
  RecordCacheOptions cache;
  // How long a write may go on losing races for the same session, and waiting for its turn, before it gives
  // up.
  milliseconds write_deadline = seconds(2);
  // The key under which sessions get their names for logs (LogId); empty: a random one.
  Secret log_id_key = {};
};

// Finds the session of a request by its cookie, and makes new ones.
//
// Not thread-safe, and cheap to make: each thread makes one over the same Store, with a Format of its own.
class SessionManager {
 public:
  // `store`, `clock` and `random` outlive the manager.
  SessionManager(Store& store, Format format, std::shared_ptr<const Identity> identity,
                 SessionManagerOptions options, const Clock& clock = system_clock());

  // From now on sessions of that format move to the one in use when their cookies come without one of ours
  // (core/migration/migration.h). A session that ends takes along what its request's old cookies name.
  void accept(LegacyFormat legacy);

  // A session, or why there is none.
  struct Opened {
    std::optional<Session> session;
    RejectReason refusal = RejectReason::absent;  // if there is no session
    std::string successor = {};  // for RejectReason::revoked: the store key of the session with the newer id
    // For RejectReason::malformed: what stands in a log for the record that can't be read; empty if it is the
    // cookie that can't.
    std::string corrupt_record = {};
    // What cookies of accepted formats stand for, as not all of them may have been looked at.
    std::vector<LegacyKey> legacy_keys = {};
    // What stands in a log for the session that a verified cookie names, though there is none to open.
    std::string name = {};
  };

  // The session that the request's Cookie headers name. Asks the store only if a cookie verified. Extends the
  // session by the policy, unless `touch` is off; that this fails is not an error, as the answer stands
  // without it. `cookie_headers` and what it views are the caller's until the task ends. Error: the store
  // could not answer.
  Task<Result<Opened, StoreFailure>> open(std::span<const std::string_view> cookie_headers,
                                          Touch touch = Touch::on);

  // Ends the session whose former id was `revoked`: a wish to log out must reach it although it has got
  // another id meanwhile. `successor` is from open(). `absent`: it had ended already.
  Task<Result<EraseOutcome, StoreFailure>> end_successor(std::string successor);

  // Ends what a request's old cookies stand for although it has no session (Opened::legacy_keys): a browser
  // that loses its cookie because it wanted to log out would come with these next time. Returns what stands
  // in logs for those that were there.
  Task<Result<std::vector<std::string>, StoreFailure>> end_legacy(std::vector<LegacyKey> legacy_keys);

  // What stands in a log for the session of a store key (LogId).
  [[nodiscard]] std::string log_id_of(std::string_view store_key) {
    return environment_.log_ids.of(store_key);
  }

  // Whether these attributes alone say whose session it is.
  [[nodiscard]] bool name_a_subject(const Json& attributes) const {
    return environment_.records.identity().subject(attributes).has_value();
  }

  // A session for somebody who has none. Nothing is stored before its first flush.
  [[nodiscard]] Session create();

  // For use without cookies: the session of an id that the program chose (1 to 1024 bytes), or a new one
  // under that id. The id is trusted: never pass one on from a client. Error: the store could not answer, or
  // WriteFailure::Kind::malformed if it holds no record of ours under that id.
  Task<Result<Session, WriteFailure>> at(std::string id);

  [[nodiscard]] const CookieAttributes& cookie() const { return environment_.cookie; }
  // The names of the cookies of formats that are accepted.
  [[nodiscard]] std::vector<std::string_view> legacy_cookie_names() const;

  // Whether the store does all that requests ask of it (RecordStore::probe).
  Task<Result<bool, StoreFailure>> probe_store();

  // Forgets what is remembered of cookies and records, and gives that memory back, as when nobody has asked
  // for a while. The next requests are answered as the first ones were.
  void release_caches();

 private:
  using Asked = Task<Result<Opened, StoreFailure>>;
  Asked open_verified(VerifiedCookie cookie, Touch touch);
  [[nodiscard]] static Opened refused(RejectReason refusal, const Session& session);
  static Asked no_session(RejectReason refusal);
  // `cookie` is what verify() said of ours.
  Asked open_any(Result<VerifiedCookie, RejectReason> cookie,
                 std::span<const std::string_view> cookie_headers, Touch touch);
  Asked open_old(std::vector<LegacyCookie> old, Touch touch);
  [[nodiscard]] Result<VerifiedCookie, RejectReason> verify(std::span<const std::string_view> cookie_headers);
  [[nodiscard]] bool too_old(const VerifiedCookie& cookie) const;

  SessionEnvironment environment_;
};

}  // namespace session
