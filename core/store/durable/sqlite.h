#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace session {

// Why a call of SQLite failed.
struct SqliteFailure {
  SqliteFailure() = default;
  SqliteFailure(int extended_code, std::string words) : code(extended_code), text(std::move(words)) {}
  // The code without what SQLite extends it by.
  [[nodiscard]] int kind() const noexcept { return code & 0xff; }

  int code = 0;      // SQLite's extended result code
  std::string text;  // SQLite's words for it and its number
};

// A compiled statement. Not thread-safe. Its connection outlives it.
class SqliteStatement {
 public:
  SqliteStatement() = default;
  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}

  // Values of the parameters, which are counted from 1. Text must stay until the statement is reset.
  SqliteStatement& bind(int at, std::int64_t number);
  SqliteStatement& bind(int at, std::string_view bytes);
  // SQLITE_ROW, SQLITE_DONE, or the code of an error.
  [[nodiscard]] int step();
  // Ends an execution; the parameters keep their values.
  void reset();

  // Columns of the row, which are counted from 0. Bytes stay until the next step.
  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] std::string_view bytes(int column) const;
  [[nodiscard]] bool is_number(int column) const;
  [[nodiscard]] bool is_bytes(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// A connection to a database file. Not thread-safe: one thread at a time.
class SqliteConnection {
 public:
  // Opens an existing file for reading and writing. `vfs`: empty for SQLite's own.
  static Result<SqliteConnection, SqliteFailure> open(const std::string& path, const std::string& vfs);
  SqliteConnection() = default;

  // Executes statements that return no rows that matter.
  Result<void, SqliteFailure> execute(const char* statements);
  Result<SqliteStatement, SqliteFailure> prepare(const char* statement);
  // The first column of the first row of a query, as a number or as text.
  Result<std::int64_t, SqliteFailure> number(const char* query);
  Result<std::string, SqliteFailure> text(const char* query);

  // How much of the file was read, of how much.
  using HearsBytes = std::function<void(std::uint64_t bytes, std::uint64_t of)>;
  // Reads the file from its beginning to its end, and drops it: what looks for pages here and there then
  // finds them in the system's memory. Ends early at an error, which whoever needs the page is told of.
  void read_ahead(const HearsBytes& hears) const;

  // What the last call failed with.
  [[nodiscard]] SqliteFailure failure() const;
  [[nodiscard]] bool in_transaction() const noexcept;
  [[nodiscard]] sqlite3* handle() const noexcept { return connection_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept;
  };
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace session
