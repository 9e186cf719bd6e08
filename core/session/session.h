#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/keyed_mutex.h"
#include "core/base/task.h"
#include "core/migration/migration.h"
#include "core/record/record_store.h"
#include "core/record/session_event.h"
#include "core/session/privileges.h"
#include "core/session/touch.h"

namespace session {

struct SessionEnvironment;

// Why a session could not be written.
struct WriteFailure {
  enum class Kind {
    store,      // The store did not answer, so the write may have happened; or StoreFailure::contended.
    gone,       // The session ended or got another id since it was opened. Nothing was written.
    too_large,  // The record would be larger than Policy::max_bytes. Nothing was written.
    malformed,  // The key holds something that is no record of this format. It was left as it is.
    reserved,   // An attribute has a name that the format uses itself. Nothing was written.
    too_many,   // It would be a login of a subject that has Policy::max_per_subject sessions. Nothing was
                // written.
    unknown_lifetime,        // No lifetime of the policy has the name. Nothing was written.
    lifetime_without_login,  // Nobody is logged in whose session could have it. Nothing was written.
  };
  WriteFailure() = default;
  explicit WriteFailure(Kind k) : kind(k) {}
  explicit WriteFailure(StoreFailure failure) : kind(Kind::store), store(std::move(failure)) {}

  Kind kind = Kind::store;
  StoreFailure store;  // for Kind::store
};

enum class Flush { later, now };

// One session: its attributes as they were read, and the changes made since then.
//
// flush() applies the changes to the record that the store holds at that time: a change that another request
// made to another attribute stays, and of two changes to one attribute the later flush wins. A session that
// was destroyed or has expired is never written again. Not thread-safe. The SessionManager must outlive it.
// Use one object per request.
class Session {
 public:
  using Written = Task<Result<void, WriteFailure>>;

  // Another session that the request has a cookie of.
  struct Other {
    std::string key;    // its store key
    bool live = false;  // it lives, as far as is known: a login ends it, and a logout ends also what does not
  };

  // The attributes, including the changes that are not flushed.
  [[nodiscard]] const Json& attributes();
  // The same as attributes(), under the name that session-store has for it.
  [[nodiscard]] const Json& to_json() { return attributes(); }
  // One attribute; nullptr if there is none. Valid until the next change.
  [[nodiscard]] const Json* get(std::string_view key);

  // Sets an attribute for each member of an object (a shallow merge). REQUIRES: `object` is a JSON object.
  // With Flush::now the task ends when the store has the change; with Flush::later flush() sends it.
  Written set(Json object, Flush flush = Flush::later);
  Written set(std::string key, Json value, Flush flush = Flush::later);
  // Removes an attribute. A missing one is no error.
  Written unset(std::string key, Flush flush = Flush::later);

  // What a login that the changes are is recorded with, and whether setting the subject that the session has
  // already is one. By default nothing is recorded, and it is none.
  void set_client(ClientFacts client, SameSubject same = SameSubject::nothing);
  // Gives the session a lifetime of the policy (Policy::lifetimes), which flush() writes: with the login that
  // is under way, or to one that has been. It keeps it until its subject changes. kDefaultLifetime: that of
  // all sessions.
  void set_lifetime(std::string name);
  static constexpr std::string_view kDefaultLifetime = "default";

  // Writes the changes; does nothing if there are none. If they are a login (the subject changes, or see
  // set_client()), the session gets a new id and a new absolute timeout, so that an attacker who knew the old
  // id is not logged in; it loses what a new subject must not inherit (Privileges); and the other live
  // sessions end that the request has cookies of. The same happens when the subject is removed. If they
  // change a value that rights depend on, it gets a new id. A writer that loses against others repeats until
  // the manager's write_deadline, and then fails as `contended`. It fails so at once if
  // KeyedMutex::kMaxWaiters writers of this event loop wait already.
  Written flush();

  // Ends the session, in this object and in the store, also under an id that it got meanwhile, and all others
  // that the request has cookies of. A failure keeps it from none that it can end. Fails with `gone` if the
  // store had nothing to end.
  Written destroy();

  // Gives the session a new id, and writes the changes with it. After a success the old id is invalid. If the
  // store fails in the last step, the old record is loaded to find out whether that step happened. If the
  // load fails too, this fails with `store`, and the old id may be invalid all the same: the record then
  // stays under a new id that no browser has, until it expires. The same holds for a flush that changes the
  // subject.
  Written regenerate();

  // The Set-Cookie value that the browser needs: the session was stored for the first time, got another id or
  // ended, or its cookie was signed by an older key. nullopt: the browser's cookie is right. REQUIRES: all
  // changes are flushed.
  [[nodiscard]] std::optional<std::string> set_cookie() const;
  // The same, and with it the values that remove cookies of former attributes
  // (SessionManagerOptions::former): for an answer that may have several Set-Cookie lines.
  [[nodiscard]] std::vector<std::string> set_cookies() const;

  // Whether flush() keeps id and cookie, whatever others write until then: the session is stored, and the
  // changes are of no attribute that its subject or its rights depend on, and not of its lifetime.
  [[nodiscard]] bool keeps_its_id() const;
  // Whether flush() can write the changes, as far as the record itself decides: size and reserved names.
  [[nodiscard]] Result<void, WriteFailure> writable();

  // The id that the cookie carries. It is a secret: whoever has the cookie is logged in.
  [[nodiscard]] const std::string& id() const { return id_; }
  // The name of the session in logs (LogId). Each call computes a hash.
  [[nodiscard]] std::string log_id() const;
  // The events of this session, and of others that ended with it, since it was opened or created: in order,
  // and also those before a step that failed. A change that the store made but did not confirm is missing.
  // Empty, and without cost, if the session was only read or written.
  [[nodiscard]] const std::vector<SessionEvent>& history() const { return history_; }
  // Whether the store could not be asked, and the session is what it was some time ago (Entry::stale).
  [[nodiscard]] bool is_stale() const { return stale_; }
  // Whether the session was never stored.
  [[nodiscard]] bool is_new() const { return !base_; }
  // The summary of the record that was read or written last. REQUIRES: !is_new().
  [[nodiscard]] const RecordStore::Summary& summary() const { return summary_; }

 private:
  friend class SessionManager;
  enum class Cookie { keep, give, clear };
  enum class Origin {
    made,   // a new random id
    named,  // an id that the library's caller chose; other callers may use it at the same time
    loaded,
  };
  using Changes = Record::Changes;

  Session(SessionEnvironment& environment, std::string id, std::string key, seconds issued, Origin origin);
  Session(SessionEnvironment& environment, std::string id, seconds issued, Origin origin);

  // Releases the write lock, whichever way a write ends.
  struct Unlock {
    Session& session;
    ~Unlock() { session.write_lock_.reset(); }
  };

  Written create();
  Written update();
  // The deadline for repeating a write.
  class Attempts;
  struct OldId;
  // Gives the session another id. `cause` is for its event, unless the changes are a login.
  Written move(std::string_view cause, Attempts attempts);
  Task<Result<bool, WriteFailure>> move_to(std::string new_id, std::string new_key, std::string_view cause,
                                           Attempts attempts);
  // Ends this session. False: it had ended before.
  Task<Result<bool, WriteFailure>> end_own();
  // Ends other sessions that the request has cookies of: all of them, or those that a login ends, which stops
  // at the first failure. False: there was nothing to end.
  enum class Which { all, live };
  Task<Result<bool, WriteFailure>> end_others(Which which);
  // Replaces the record of the old id with a tombstone that names the new one.
  Task<OldId> retire_old_id(std::string new_key, Retention retention, Attempts attempts);
  // Erases the record of another format that may be left under the key that the record names, after the
  // session got another id than `former_key` is of.
  Task<void> forget_migration(std::string former_key);
  // Stores the record of a new id.
  Written store_moved(std::string key, const RecordWrite& write, milliseconds ttl, bool login);
  // Ends what a login ends, after its record is stored under the new key.
  Written begin_login(std::string new_key, const RecordWrite& write);
  // Creates a record. A login counts against Policy::max_per_subject, if that refuses logins.
  RecordStore::Answer<CreateOutcome> create_record(std::string key, const RecordWrite& write,
                                                   milliseconds ttl, bool login);
  // Ends the oldest sessions of the subject that has just logged in, if Policy::max_per_subject says so.
  Written keep_limit(std::string new_key, std::optional<std::string> subject);
  // Whether the record that the store holds has a subject.
  [[nodiscard]] bool had_subject() const { return summary_ && summary_->subject; }
  Task<void> roll_back(std::string new_key, const RecordWrite& write);
  void moved_to(const std::string& id, const std::string& key, seconds now);
  // Loads the record again after a lost compare-and-set, under a lock, so that no other writer of this event
  // loop interferes. Fails as `contended` if the lock is not free in time.
  Task<Result<void, WriteFailure>> reload_locked(Attempts attempts);
  Task<Result<void, WriteFailure>> reload();
  // Loads the record again if it was opened to be read, and its time left is not known: for a write.
  Task<Result<void, WriteFailure>> load_for_write();
  // Takes these bytes, which the store holds under the key, as the base for the changes. `known`: the summary
  // of the record that the key held last (RecordStore::resting), which need not be looked for again.
  Result<void, RejectReason> adopt(Bytes bytes, RecordStore::Summary known = nullptr);
  // Erases the record of another format that this session was migrated from, and forgets its key. A failure
  // is no error: the next open of the session repeats it. `time_left` is the record's.
  Task<void> erase_migrated_from(milliseconds time_left);
  // Whether the record has no end in the store, and its format decides that: a write leaves it so.
  [[nodiscard]] bool endless() const;
  // Whether neither a check nor a write may extend the session. That includes one with an end of its own: the
  // clock of the program that wrote it may have been wrong, and the store's time is right.
  [[nodiscard]] bool held() const;
  // The time to live of a write that does not begin the session anew.
  [[nodiscard]] milliseconds ttl_of(const RecordWrite& write) const;
  // Extends the session to that time. A failure is no error: it keeps the end that it has. False: the store
  // has answered that the session is not there any more.
  Task<bool> extend(milliseconds time_to_live);
  // The last loaded record with the changes applied.
  struct Changed {
    Record record;
    std::size_t attribute_bytes_before = 0;  // Record::attribute_bytes() without the changes
  };
  [[nodiscard]] Changed changed_record();
  // Notes in a record that is about to be written who has logged in, or out.
  void apply_login(const PrivilegeChange& change, Record& record) const;
  // Whether the session is to have another lifetime than it has.
  [[nodiscard]] bool changes_lifetime() const {
    return lifetime_ && *lifetime_ != (summary_ ? std::string_view(summary_->lifetime_name) : "");
  }
  // Whether the policy and the format have the lifetime that was asked for.
  [[nodiscard]] bool can_live_so() const;
  [[nodiscard]] std::string given_cookie() const;
  [[nodiscard]] Json stored_attributes() const;
  // What the changes do to the stored attributes.
  [[nodiscard]] const PrivilegeChange& privilege_change();
  void changes_changed();
  // Encodes a record for a write, or returns why it may not be written. It may be larger than the limit if
  // the changes don't make it larger than it was.
  [[nodiscard]] Result<RecordWrite, WriteFailure> prepare(std::string_view key, Changed changed) const;
  void written(RecordWrite write, milliseconds ttl);
  void note(SessionEvent::Kind kind, std::string_view cause = {}, std::string former = {});
  void end();

  SessionEnvironment* environment_;
  std::string id_;
  std::string key_;
  seconds issued_;
  Origin origin_;
  Cookie cookie_ = Cookie::keep;
  bool ended_ = false;
  bool stale_ = false;
  Touch touch_ = Touch::on;  // off: the request must not extend the session
  // Of the record as last loaded, extended or written. nullopt: it was opened to be read.
  std::optional<milliseconds> time_left_ = milliseconds(0);

  std::optional<Bytes> base_;  // the record as last loaded or written
  RecordStore::Summary summary_;
  Age age_;
  std::optional<std::string> migrated_from_;  // RecordHead::migrated_from
  std::optional<Json> data_;                  // decoded on first use, with the changes
  Changes changes_;
  ClientFacts client_;
  SameSubject same_subject_ = SameSubject::nothing;
  std::optional<std::string> lifetime_;  // that was asked for, as RecordHead::lifetime_name has it
  std::optional<PrivilegeChange> privilege_change_;  // of changes_, made on first use
  std::vector<SessionEvent> history_;
  // SessionManager::Named::legacy_keys: they end with it, or with the login that it begins as.
  std::vector<LegacyKey> legacy_keys_;
  std::vector<Other> others_;                     // SessionManager::Named::others
  std::shared_ptr<KeyedMutex::Lock> write_lock_;  // only while a write is under way
};

}  // namespace session
