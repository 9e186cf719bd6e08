#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/store/durable/sqlite.h"
#include "core/store/store.h"

namespace session {

// Internal to DurableStore: the file, an SQLite database in WAL mode that one process has for itself.
//
// A table has the entries, another one their times, so that a touch writes no record anew. Rows are found by
// number alone, and new ones have higher numbers, so pages are filled one after the other. Both tables have
// the same rows. A transaction that is committed is on the disk, and one that is not leaves nothing: also
// after a power cut.
//
// Not thread-safe: one thread at a time.
class SessionFile {
 public:
  struct Options {
    std::string path;
    std::string fingerprint;
    milliseconds lock_timeout{};
    std::string vfs;
    int pages_per_checkpoint = 0;
    SqliteConnection::HearsBytes on_checking = {};  // while open() reads the file to check it
  };
  // Why a file is of no use.
  struct Problem {
    enum class Kind {
      in_use,        // by another process, for all of the timeout
      inaccessible,  // the system refuses something
      unusable,      // damaged, or not a file of this version, of this program, or of this fingerprint
    };
    Problem() = default;
    Problem(Kind k, std::string why) : kind(k), text(std::move(why)) {}
    Kind kind = Kind::inaccessible;
    std::string text;   // without the file's name
    std::string aside;  // of an unusable file: what it was renamed to
  };
  struct Row {
    std::uint64_t number = 0;
    std::string_view key, value, owner;
    Retention retention = Retention::keep;
    std::int64_t expires = 0;  // UnixTimes
  };

  // Opens the file, or makes one if there is none. The file is checked, and brought to this version; one that
  // is unusable is renamed as set_aside() does.
  static Result<std::unique_ptr<SessionFile>, Problem> open(const Options& options);
  ~SessionFile();
  SessionFile(const SessionFile&) = delete;
  SessionFile& operator=(const SessionFile&) = delete;

  // Renames the file, and its -wal, to a name that nothing has, and closes it as it is. Returns the name, or
  // why the system refuses.
  static Result<std::string, Problem> set_aside(const Options& options, std::unique_ptr<SessionFile> file);

  // How many rows there are.
  Result<std::uint64_t, SqliteFailure> count();
  // Calls `take` with every row, in the order of their numbers, until it returns false. A row that no version
  // of this program writes is an error of the kind SQLITE_CORRUPT.
  Result<void, SqliteFailure> read(const std::function<bool(const Row&)>& take);

  // Changes that come together. After the first error the rest is not tried, and nothing is changed.
  class Transaction {
   public:
    explicit Transaction(SessionFile& file);
    ~Transaction();  // takes back what was not committed
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void put(const Row& row);  // a new row, or all of an old one
    void extend(std::uint64_t number, std::int64_t expires);
    void erase(std::uint64_t number);
    void clear();  // erases all rows
    [[nodiscard]] bool failed() const noexcept { return failure_.code != 0; }
    // When it returns without an error, the changes are on the disk. After an error the file may have them
    // after a restart of the process, unless a later transaction is committed.
    Result<void, SqliteFailure> commit();

   private:
    void done(SqliteStatement& statement);
    SessionFile& file_;
    SqliteFailure failure_;
    bool open_ = false;
  };

  // Moves what was committed from the -wal to the file if there is much of it, or in any case.
  Result<void, SqliteFailure> checkpoint_if_due();
  Result<void, SqliteFailure> checkpoint();
  // Moves everything, so that the destructor leaves the file alone, without a -wal. Nothing may follow.
  Result<void, SqliteFailure> close();
  // Whether somebody has removed or replaced the file.
  [[nodiscard]] bool is_gone() const;
  [[nodiscard]] std::uint64_t bytes() const;

 private:
  explicit SessionFile(const Options& options) : options_(options) {}
  Result<void, Problem> connect();
  Result<void, Problem> lock();
  Result<void, Problem> verify(bool is_new);
  Result<void, Problem> migrate(std::int64_t version);
  Result<void, Problem> prepare();
  [[nodiscard]] Problem problem(const SqliteFailure& failure) const;
  static int on_commit(void* self, ::sqlite3* connection, const char* schema, int pages);

  const Options options_;
  SqliteConnection connection_;  // before the statements, which end first
  SqliteStatement put_entry_, put_time_, extend_, erase_entry_, erase_time_, count_commit_;
  std::uint64_t device_ = 0, inode_ = 0;
  int wal_pages_ = 0;
};

}  // namespace session
