#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json/json.h"

namespace session::gateway {

// What people read of the answers of the endpoint `admin`. Text that clients and users have chosen becomes
// printable ASCII.

// Rows of text in columns, which grow with what is added and stay as wide. Not thread-safe.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> headings);
  // The rows as lines, behind the headings if nothing was rendered before.
  [[nodiscard]] std::string render(const std::vector<std::vector<std::string>>& rows);

 private:
  [[nodiscard]] std::string line(const std::vector<std::string>& row) const;

  std::vector<std::string> headings_;
  std::vector<std::size_t> widths_;
  bool begun_ = false;
};

// The columns of a session.
[[nodiscard]] std::vector<std::string> session_headings();
[[nodiscard]] std::vector<std::string> session_row(const Json& session);
// All that is known of one session, a line each.
[[nodiscard]] std::string session_lines(const Json& session);

// JSON in ASCII, which no terminal takes for anything else.
[[nodiscard]] std::string ascii_json(const Json& json);

}  // namespace session::gateway
