#include "core/store/durable/session_file.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <utility>

namespace session {
namespace {

using Problem = SessionFile::Problem;

constexpr std::int64_t kApplicationId = 0x53476d53;  // "SGmS"

// How a file comes from one version to the next: the first step makes version 1 of an empty one. Never change
// a step that was released: add one.
constexpr std::array kSteps = {
    // `sequence` counts commits, so that each one writes something (Transaction::commit says why).
    "CREATE TABLE entries (id INTEGER PRIMARY KEY, key BLOB NOT NULL, value BLOB NOT NULL, owner BLOB NOT "
    "NULL,"
    "  expendable INTEGER NOT NULL);"
    "CREATE TABLE times (id INTEGER PRIMARY KEY, expires INTEGER NOT NULL);"
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "INSERT INTO meta VALUES ('sequence', 0);",
};
constexpr std::int64_t kVersion = kSteps.size();

// A page of 8 KiB wastes little with records of a few hundred bytes to a few thousand.
constexpr const char* kLock =
    "PRAGMA page_size = 8192; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;";
constexpr const char* kSettings =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA journal_size_limit = 16777216;"
    "PRAGMA secure_delete = FAST;"
    "PRAGMA cache_size = -8192;"
    "PRAGMA temp_store = MEMORY;";

std::string system_words(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

bool exists(const std::string& path) {
  struct stat there {};
  return ::lstat(path.c_str(), &there) == 0;
}

// A name beside the file that nothing has, neither for it nor for its -wal.
std::string free_name(const std::string& path) {
  std::array<char, 32> stamp{};
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::strftime(stamp.data(), stamp.size(), "%Y%m%dT%H%M%SZ", &parts);
  const std::string stem = path + ".set-aside-" + stamp.data();
  std::string name = stem;
  for (int i = 2; exists(name) || exists(name + "-wal"); ++i) name = stem + "-" + std::to_string(i);
  return name;
}

// Makes an empty file that only this user can read, unless there is one. SQLite gives its -wal the same mode.
Result<bool, Problem> make_if_absent(const std::string& path) {
  struct stat there {};
  if (::lstat(path.c_str(), &there) == 0) {
    if (!S_ISREG(there.st_mode)) return Problem(Problem::Kind::inaccessible, "it is not a regular file");
    // Not through a descriptor: closing one takes away the locks that this process may have on the file.
    for (const std::string& name : {path, path + "-wal"}) {
      if ((name == path || exists(name)) && ::chmod(name.c_str(), 0600) != 0)
        return Problem(Problem::Kind::inaccessible, system_words("its mode can't be set to 0600"));
    }
    return there.st_size == 0;
  }
  if (errno != ENOENT) return Problem(Problem::Kind::inaccessible, system_words("it can't be opened"));
  // Left by a process that ended while it set the file aside.
  const std::string wal = path + "-wal";
  if (exists(wal) && std::rename(wal.c_str(), (free_name(path) + "-wal").c_str()) != 0)
    return Problem(Problem::Kind::inaccessible,
                   system_words("what is left of another file can't be renamed"));
  const int made = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (made < 0 && errno == EEXIST) return false;  // Another process was faster; the lock decides.
  if (made < 0) return Problem(Problem::Kind::inaccessible, system_words("it can't be made"));
  ::close(made);
  return true;
}

std::uint64_t size_of(const std::string& path) {
  struct stat there {};
  return ::stat(path.c_str(), &there) == 0 ? static_cast<std::uint64_t>(there.st_size) : 0;
}

// A change of the folder is on the disk when this returns, if the file system can say so.
void sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return;
  (void)::fsync(opened);
  ::close(opened);
}

}  // namespace

Result<std::unique_ptr<SessionFile>, Problem> SessionFile::open(const Options& options) {
  const auto made = make_if_absent(options.path);
  if (!made) return made.error();
  std::unique_ptr<SessionFile> file(new SessionFile(options));
  auto done = file->connect();
  if (done) done = file->verify(*made);
  if (done) done = file->prepare();
  if (!done && done.error().kind == Problem::Kind::unusable) {
    // Here, with the lock: another process may be about to do the same.
    auto aside = set_aside(options, std::move(file));
    if (!aside) return aside.error();
    done.error().aside = std::move(*aside);
  }
  if (!done) return done.error();
  if (*made) sync_folder_of(options.path);
  return file;
}

SessionFile::~SessionFile() = default;

Result<void, Problem> SessionFile::connect() {
  auto opened = SqliteConnection::open(options_.path, options_.vfs);
  if (!opened) return problem(opened.error());
  connection_ = std::move(*opened);
  // What closes it may not change a file that is set aside; close() of a good one checkpoints itself.
  (void)sqlite3_db_config(connection_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  (void)sqlite3_busy_timeout(connection_.handle(), static_cast<int>(options_.lock_timeout.count()));
  struct stat there {};
  if (::stat(options_.path.c_str(), &there) == 0) {
    device_ = there.st_dev;
    inode_ = there.st_ino;
  }
  return lock();
}

// Takes the file for this process until it is closed. The lock comes first, so that nothing is read, and
// above all nothing set aside, that another process has in use.
Result<void, Problem> SessionFile::lock() {
  auto done = connection_.execute(kLock);
  if (!done) return problem(done.error());
  done = connection_.execute(kSettings);
  if (!done) return problem(done.error());
  const auto mode = connection_.text("PRAGMA journal_mode");
  if (!mode) return problem(mode.error());
  if (*mode != "wal")
    return Problem(Problem::Kind::inaccessible, "it can't have a write-ahead log, but one of mode " + *mode);
  // Instead of SQLite's own, which moves pages within the commit, while somebody waits for it.
  (void)sqlite3_wal_hook(connection_.handle(), on_commit, this);
  return {};
}

Result<void, Problem> SessionFile::verify(bool is_new) {
  const auto unusable = [](std::string why) { return Problem(Problem::Kind::unusable, std::move(why)); };
  const auto application = connection_.number("PRAGMA application_id");
  if (!application) return problem(application.error());
  const auto version = connection_.number("PRAGMA user_version");
  if (!version) return problem(version.error());
  const auto tables = connection_.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return problem(tables.error());
  is_new = is_new || (*application == 0 && *version == 0 && *tables == 0);
  if (!is_new && *application != kApplicationId) return unusable("it is another program's");
  if (*version > kVersion) return unusable("a newer version of this program has written it");
  if (!is_new) {
    // Only where somebody hears of it: at the start.
    if (options_.on_checking) connection_.read_ahead(options_.on_checking);
    const auto checked = connection_.text("PRAGMA quick_check(1)");
    if (!checked) return problem(checked.error());
    // It also says so if a page could not be read, which is no damage.
    const bool corrupt = checked->find("error code=") == std::string::npos ||
                         checked->find("error code=11") != std::string::npos;
    if (*checked != "ok" && !corrupt) return Problem(Problem::Kind::inaccessible, *checked);
    if (*checked != "ok") return unusable("it is damaged: " + *checked);
  }
  if (auto done = migrate(*version); !done) return done.error();
  const auto fingerprint = connection_.text("SELECT value FROM meta WHERE name = 'fingerprint'");
  if (!fingerprint) return problem(fingerprint.error());
  if (*fingerprint != options_.fingerprint)
    return unusable("the keys of its sessions were made with another salt or secret");
  return {};
}

Result<void, Problem> SessionFile::migrate(std::int64_t version) {
  if (version == kVersion) return {};
  std::string all = "BEGIN IMMEDIATE;";
  for (auto step = static_cast<std::size_t>(version); step < kSteps.size(); ++step) all += kSteps.at(step);
  all += "PRAGMA application_id = " + std::to_string(kApplicationId) + ";";
  all += "PRAGMA user_version = " + std::to_string(kVersion) + ";";
  if (auto done = connection_.execute(all.c_str()); !done) return problem(done.error());
  if (version == 0) {
    auto named = connection_.prepare("INSERT INTO meta VALUES ('fingerprint', ?)");
    if (!named) return problem(named.error());
    if (named->bind(1, std::string_view(options_.fingerprint)).step() != SQLITE_DONE)
      return problem(connection_.failure());
  }
  if (auto done = connection_.execute("COMMIT"); !done) return problem(done.error());
  return {};
}

Result<void, Problem> SessionFile::prepare() {
  const std::array<std::pair<SqliteStatement*, const char*>, 6> all = {{
      {&put_entry_, "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?)"},
      {&put_time_, "INSERT OR REPLACE INTO times VALUES (?, ?)"},
      {&extend_, "UPDATE times SET expires = ? WHERE id = ?"},
      {&erase_entry_, "DELETE FROM entries WHERE id = ?"},
      {&erase_time_, "DELETE FROM times WHERE id = ?"},
      {&count_commit_, "UPDATE meta SET value = value + 1 WHERE name = 'sequence'"},
  }};
  for (const auto& [statement, text] : all) {
    auto prepared = connection_.prepare(text);
    if (!prepared) return problem(prepared.error());
    *statement = std::move(*prepared);
  }
  return {};
}

Problem SessionFile::problem(const SqliteFailure& failure) const {
  switch (failure.kind()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Problem::Kind::in_use, "another process has it open"};
    case SQLITE_NOTADB:
      return {Problem::Kind::unusable, "it is not a database"};
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
      return {Problem::Kind::unusable, "it is damaged: " + failure.text};
    default:
      return {Problem::Kind::inaccessible, failure.text};
  }
}

Result<std::string, Problem> SessionFile::set_aside(const Options& options,
                                                    std::unique_ptr<SessionFile> file) {
  const std::string name = free_name(options.path);
  const std::string wal = options.path + "-wal";
  if (file && file->is_gone()) return Problem(Problem::Kind::in_use, "another process has replaced it");
  // The -wal last: without it the file could be opened again, as it was some time ago.
  if (std::rename(options.path.c_str(), name.c_str()) != 0 ||
      (exists(wal) && std::rename(wal.c_str(), (name + "-wal").c_str()) != 0)) {
    return Problem(Problem::Kind::inaccessible, system_words("it can't be renamed"));
  }
  sync_folder_of(options.path);
  file.reset();
  return name;
}

Result<std::uint64_t, SqliteFailure> SessionFile::count() {
  const auto rows = connection_.number("SELECT count(*) FROM times");
  if (!rows) return rows.error();
  return static_cast<std::uint64_t>(*rows);
}

Result<void, SqliteFailure> SessionFile::read(const std::function<bool(const Row&)>& take) {
  // Both tables are read side by side: each is in the order of its numbers.
  auto entries = connection_.prepare("SELECT id, key, value, owner, expendable FROM entries ORDER BY id");
  if (!entries) return entries.error();
  auto times = connection_.prepare("SELECT id, expires FROM times ORDER BY id");
  if (!times) return times.error();
  for (;;) {
    const int code = entries->step();
    const int time_code = times->step();
    if (code == SQLITE_DONE && time_code == SQLITE_DONE) return {};
    if (code != SQLITE_ROW && code != SQLITE_DONE) return connection_.failure();
    if (time_code != SQLITE_ROW && time_code != SQLITE_DONE) return connection_.failure();
    const bool sound = code == time_code && entries->number(0) == times->number(0) &&
                       entries->number(0) > 0 && entries->is_bytes(1) && entries->is_bytes(2) &&
                       entries->is_bytes(3) && entries->is_number(4) && times->is_number(1) &&
                       entries->bytes(1).size() <= 8192;
    if (!sound) return SqliteFailure(SQLITE_CORRUPT, "a row can't be read");
    Row row{static_cast<std::uint64_t>(entries->number(0)),
            entries->bytes(1),
            entries->bytes(2),
            entries->bytes(3),
            entries->number(4) != 0 ? Retention::expendable : Retention::keep,
            times->number(1)};
    if (!take(row)) return {};
  }
}

SessionFile::Transaction::Transaction(SessionFile& file) : file_(file) {
  const auto begun = file_.connection_.execute("BEGIN IMMEDIATE");
  if (begun) {
    open_ = true;
  } else {
    failure_ = begun.error();
  }
}

SessionFile::Transaction::~Transaction() {
  // Some errors have taken everything back already.
  if (open_ && file_.connection_.in_transaction()) (void)file_.connection_.execute("ROLLBACK");
}

void SessionFile::Transaction::done(SqliteStatement& statement) {
  if (statement.step() != SQLITE_DONE) failure_ = file_.connection_.failure();
  statement.reset();
}

void SessionFile::Transaction::put(const Row& row) {
  const auto number = static_cast<std::int64_t>(row.number);
  if (failed()) return;
  file_.put_entry_.bind(1, number).bind(2, row.key).bind(3, row.value).bind(4, row.owner);
  file_.put_entry_.bind(5, std::int64_t{row.retention == Retention::expendable ? 1 : 0});
  done(file_.put_entry_);
  if (failed()) return;
  done(file_.put_time_.bind(1, number).bind(2, row.expires));
}

void SessionFile::Transaction::extend(std::uint64_t number, std::int64_t expires) {
  if (!failed()) done(file_.extend_.bind(1, expires).bind(2, static_cast<std::int64_t>(number)));
}

void SessionFile::Transaction::erase(std::uint64_t number) {
  if (!failed()) done(file_.erase_entry_.bind(1, static_cast<std::int64_t>(number)));
  if (!failed()) done(file_.erase_time_.bind(1, static_cast<std::int64_t>(number)));
}

void SessionFile::Transaction::clear() {
  if (failed()) return;
  const auto cleared = file_.connection_.execute("DELETE FROM entries; DELETE FROM times");
  if (!cleared) failure_ = cleared.error();
}

// Each commit writes at least the page of `sequence`. What a failed commit has left in the -wal is so
// overwritten by the next one: if that had nothing to write, a restart would find the failed one whole.
Result<void, SqliteFailure> SessionFile::Transaction::commit() {
  if (!failed()) done(file_.count_commit_);
  if (!failed()) {
    const auto committed = file_.connection_.execute("COMMIT");
    if (!committed) failure_ = committed.error();
  }
  if (failed()) return failure_;
  open_ = false;
  return {};
}

int SessionFile::on_commit(void* self, ::sqlite3* /*connection*/, const char* /*schema*/, int pages) {
  static_cast<SessionFile*>(self)->wal_pages_ = pages;
  return SQLITE_OK;
}

Result<void, SqliteFailure> SessionFile::checkpoint_if_due() {
  if (wal_pages_ < options_.pages_per_checkpoint) return {};
  return checkpoint();
}

// There is no reader that it would leave something for: everything is moved, and the next commit begins the
// -wal anew.
Result<void, SqliteFailure> SessionFile::checkpoint() {
  const int code =
      sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code != SQLITE_OK) return connection_.failure();
  wal_pages_ = 0;
  return {};
}

Result<void, SqliteFailure> SessionFile::close() {
  if (auto moved = checkpoint(); !moved) return moved.error();
  (void)sqlite3_db_config(connection_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  return {};
}

bool SessionFile::is_gone() const {
  struct stat there {};
  return ::stat(options_.path.c_str(), &there) != 0 || there.st_dev != device_ || there.st_ino != inode_;
}

std::uint64_t SessionFile::bytes() const { return size_of(options_.path) + size_of(options_.path + "-wal"); }

}  // namespace session
