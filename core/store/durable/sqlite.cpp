#include "core/store/durable/sqlite.h"

#include <sqlite3.h>

#include <utility>

namespace session {

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  (void)sqlite3_finalize(statement);
}

SqliteStatement& SqliteStatement::bind(int at, std::int64_t number) {
  (void)sqlite3_bind_int64(statement_.get(), at, number);
  return *this;
}

SqliteStatement& SqliteStatement::bind(int at, std::string_view bytes) {
  // Without an address it would be NULL, which is not an empty text.
  const char* from = bytes.data() == nullptr ? "" : bytes.data();
  (void)sqlite3_bind_blob64(statement_.get(), at, from, bytes.size(), SQLITE_STATIC);
  return *this;
}

int SqliteStatement::step() { return sqlite3_step(statement_.get()); }

void SqliteStatement::reset() { (void)sqlite3_reset(statement_.get()); }

std::int64_t SqliteStatement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view SqliteStatement::bytes(int column) const {
  const void* from = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (from == nullptr) return {};
  return {static_cast<const char*>(from), static_cast<std::size_t>(size)};
}

bool SqliteStatement::is_number(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_INTEGER;
}

bool SqliteStatement::is_bytes(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_BLOB;
}

void SqliteConnection::Close::operator()(sqlite3* connection) const noexcept {
  (void)sqlite3_close_v2(connection);
}

Result<SqliteConnection, SqliteFailure> SqliteConnection::open(const std::string& path,
                                                               const std::string& vfs) {
  sqlite3* opened = nullptr;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &opened, kFlags, vfs.empty() ? nullptr : vfs.c_str());
  SqliteConnection connection;
  connection.connection_.reset(opened);
  if (opened == nullptr) return SqliteFailure(code, "out of memory");
  if (code != SQLITE_OK) return connection.failure();
  return connection;
}

Result<void, SqliteFailure> SqliteConnection::execute(const char* statements) {
  if (sqlite3_exec(handle(), statements, nullptr, nullptr, nullptr) != SQLITE_OK) return failure();
  return {};
}

Result<SqliteStatement, SqliteFailure> SqliteConnection::prepare(const char* statement) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v3(handle(), statement, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr) != SQLITE_OK)
    return failure();
  return SqliteStatement(prepared);
}

Result<std::int64_t, SqliteFailure> SqliteConnection::number(const char* query) {
  auto statement = prepare(query);
  if (!statement) return statement.error();
  if (statement->step() != SQLITE_ROW) return failure();
  return statement->number(0);
}

Result<std::string, SqliteFailure> SqliteConnection::text(const char* query) {
  auto statement = prepare(query);
  if (!statement) return statement.error();
  const int code = statement->step();
  if (code == SQLITE_DONE) return std::string();
  if (code != SQLITE_ROW) return failure();
  return std::string(statement->bytes(0));
}

void SqliteConnection::read_ahead(const HearsBytes& hears) const {
  constexpr sqlite3_int64 kPiece = 1 << 20;
  // Through SQLite's own file: another descriptor would take its locks away when it is closed.
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK) return;
  sqlite3_int64 size = 0;
  if (file == nullptr || file->pMethods == nullptr || file->pMethods->xFileSize(file, &size) != SQLITE_OK)
    return;
  if (size <= kPiece) return;
  std::string piece(kPiece, '\0');
  for (sqlite3_int64 at = 0; at < size; at += kPiece) {
    const auto length = static_cast<int>(std::min(kPiece, size - at));
    if (file->pMethods->xRead(file, piece.data(), length, at) != SQLITE_OK) return;
    hears(static_cast<std::uint64_t>(at + length), static_cast<std::uint64_t>(size));
  }
}

SqliteFailure SqliteConnection::failure() const {
  const int code = sqlite3_extended_errcode(handle());
  return {code, std::string(sqlite3_errmsg(handle())) + " (SQLite error " + std::to_string(code) + ")"};
}

bool SqliteConnection::in_transaction() const noexcept {
  return handle() != nullptr && sqlite3_get_autocommit(handle()) == 0;
}

}  // namespace session
