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

namespace session {

struct SessionEnvironment;

// Why a session could not be written.
struct WriteFailure {
  enum class Kind {
    store,      // the store could not answer: whether the change is there is not known; or `contended`
    gone,       // the session ended, or got another id, since it was opened: nothing was written
    too_large,  // the record would have more than Policy::max_bytes: nothing was written
    malformed,  // the store holds something under this key that is no record: left alone
    reserved,   // the record's format uses the name of an attribute itself: nothing was written
  };
  WriteFailure() = default;
  explicit WriteFailure(Kind k) : kind(k) {}
  explicit WriteFailure(StoreFailure failure) : kind(Kind::store), store(std::move(failure)) {}

  Kind kind = Kind::store;
  StoreFailure store;  // for Kind::store
};

enum class Flush { later, now };

// One session: its attributes as they were read, and the changes made since.
//
// Changes are kept here until flush(), and then applied to what the store holds by that time: another
// request's change to another key is kept, and of two changes to one key the later flush wins. A session that
// was destroyed, or that expired, is never written again. Not thread-safe, and only valid while its
// SessionManager lives. Use one object per request.
class Session {
 public:
  using Written = Task<Result<void, WriteFailure>>;

  // Attributes, with the changes made here.
  [[nodiscard]] const Json& attributes();
  // As attributes(), by the name that the ancestor gave it.
  [[nodiscard]] const Json& to_json() { return attributes(); }
  // One attribute; nullptr if there is none. Valid until the next change.
  [[nodiscard]] const Json* get(std::string_view key);

  // Merges an object into the attributes, key by key (shallow). REQUIRES: `object` is a JSON object.
  // With Flush::now the task ends when the store has it; with Flush::later nothing is sent until flush().
  Written set(Json object, Flush flush = Flush::later);
  Written set(std::string key, Json value, Flush flush = Flush::later);
  // Removes an attribute. Not an error if there is none.
  Written unset(std::string key, Flush flush = Flush::later);

  // Writes the changes; does nothing if there are none. When they change the subject (a login, or another
  // user), the session gets a new id and a new absolute timeout, so that nobody who knew the old id is logged
  // in with it. Of writers that race, each goes on until the manager's write_deadline, and then fails as
  // `contended`; so does at once who comes when KeyedMutex::kMaxWaiters of this event loop wait already.
  Written flush();

  // Ends the session here and in the store. `gone`: there was nothing left to end.
  Written destroy();

  // Gives the session a new id, and writes changes along. The old id is dead when this succeeds. A store that
  // fails in the last step is asked what it has done. Only if it can't tell may the old id be dead although
  // this failed (`store`): then the record is left under a new id that nobody was told, until it expires. The
  // same goes for a flush that changes the subject.
  Written regenerate();

  // The Set-Cookie value that the browser must get because of what happened here: a session that was stored
  // for the first time, that got another id, that ended, or whose cookie an older key signed. nullopt:
  // nothing to tell. REQUIRES: what happened has been flushed.
  [[nodiscard]] std::optional<std::string> set_cookie() const;

  // Whether the changes leave id and cookie as they are: the session is stored, and its subject stays.
  [[nodiscard]] bool keeps_its_id();
  // Whether flush() could write the changes, as far as can be told without the store.
  [[nodiscard]] Result<void, WriteFailure> writable();

  // What the session's cookie is made of. Secret: whoever has it is logged in.
  [[nodiscard]] const std::string& id() const { return id_; }
  // What stands for it in a log (LogId). Worked out each time: for when something is to be told.
  [[nodiscard]] std::string log_id() const;
  // What became of it, and of others that ended along with it, since it was opened or made: in the order in
  // which it happened, also if a later step failed. A change that the store did but could not confirm is not
  // in it. Empty, and without cost, for a session that was only read or written.
  [[nodiscard]] const std::vector<SessionEvent>& history() const { return history_; }
  // Whether no store holds it yet.
  [[nodiscard]] bool is_new() const { return !base_; }
  // What was worked out of the record when it was read or written last. REQUIRES: !is_new().
  [[nodiscard]] const RecordStore::Summary& summary() const { return summary_; }

 private:
  friend class SessionManager;
  enum class Cookie { keep, give, clear };
  enum class Origin {
    made,   // a fresh random id
    named,  // an id that the caller of the library chose: others may be creating it too
    loaded,
  };
  using Changes = Record::Changes;

  Session(SessionEnvironment& environment, std::string id, std::string key, seconds issued, Origin origin);
  Session(SessionEnvironment& environment, std::string id, seconds issued, Origin origin);

  // Gives the turn back, whichever way a write ends.
  struct Unlock {
    Session& session;
    ~Unlock() { session.write_lock_.reset(); }
  };

  Written create();
  Written update();
  // Until when a write tries again.
  class Attempts;
  struct OldId;
  Written move(bool restart_age, Attempts attempts);
  // Has the old id's record replaced by what names the new one.
  Task<OldId> retire_old_id(std::string new_key, Attempts attempts);
  Task<Result<bool, StoreFailure>> store_moved(std::string key, std::optional<Bytes> stored,
                                               RecordWrite write);
  Written roll_back(bool stored, std::string new_key, WriteFailure failure);
  void moved_to(const std::string& id, const std::string& key, seconds now);
  // What the store holds now, after a lost compare-and-set: with nobody else of this event loop between. Who
  // gets no turn in time fails as `contended`.
  Task<Result<void, WriteFailure>> reload_locked(Attempts attempts);
  Task<Result<void, WriteFailure>> reload();
  // Takes what the store holds under this key as the base for the changes.
  Result<void, RejectReason> adopt(Bytes bytes);
  // Erases what is left under the key that the session had in another format, and forgets that key. That
  // this fails is no error: it is tried again when the session is opened next. `time_left` is the record's.
  Task<void> erase_migrated_from(milliseconds time_left);
  // The record as the store held it when last asked, with the changes.
  [[nodiscard]] Record changed_record() const;
  [[nodiscard]] bool subject_changes();
  // What writing a record under a key needs; or why it may not be written.
  [[nodiscard]] Result<RecordWrite, WriteFailure> prepare(std::string_view key, Record record) const;
  [[nodiscard]] Result<RecordWrite, WriteFailure> prepare(std::string_view key, Record record,
                                                          std::size_t max_bytes) const;
  void written(RecordWrite write);
  void note(SessionEvent::Kind kind, std::string_view cause = {}, std::string former = {});
  void end();

  SessionEnvironment* environment_;
  std::string id_;
  std::string key_;
  seconds issued_;
  Origin origin_;
  Cookie cookie_ = Cookie::keep;
  bool ended_ = false;
  std::optional<milliseconds> untouched_ttl_;  // what is left of its time, if writing is not to extend it
  std::optional<Bytes> base_;                  // what the store held when last asked
  RecordStore::Summary summary_;
  Age age_;
  std::optional<std::string> migrated_from_;  // RecordHead::migrated_from
  std::optional<Json> data_;                  // decoded when first needed; changes applied
  Changes changes_;
  std::vector<SessionEvent> history_;
  std::vector<LegacyKey> legacy_keys_;  // SessionManager::Opened::legacy_keys: they end along with it
  std::shared_ptr<KeyedMutex::Lock> write_lock_;  // only while a write is under way
};

}  // namespace session
