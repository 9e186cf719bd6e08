#include "gateway/app/sessions_table.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "core/base/escape.h"

namespace session::gateway {
namespace {

// The member of that name as people read it; "-": it is not known.
std::string text_of(const Json& session, const char* name) {
  const auto found = session.find(name);
  if (found == session.end() || found->is_null()) return "-";
  if (found->is_string()) return printable(found->get_ref<const std::string&>());
  return printable(ascii_json(*found));
}

// Unix seconds as a time in UTC.
std::string time_of(const Json& session, const char* name) {
  const auto found = session.find(name);
  if (found == session.end() || !found->is_number_integer()) return "-";
  const auto time = static_cast<std::time_t>(found->get<std::int64_t>());
  std::tm parts{};
  if (::gmtime_r(&time, &parts) == nullptr) return "-";
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", parts);
}

constexpr std::array<const char*, 4> kTimes = {"created", "authenticated", "last_seen", "expires"};

bool is_time(const std::string& name) {
  return std::find(kTimes.begin(), kTimes.end(), name) != kTimes.end();
}

}  // namespace

TextTable::TextTable(std::vector<std::string> headings) : headings_(std::move(headings)) {
  for (const std::string& heading : headings_) widths_.push_back(heading.size());
}

std::string TextTable::render(const std::vector<std::vector<std::string>>& rows) {
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], row[i].size());
  }
  std::string out;
  if (!begun_) out += line(headings_);
  begun_ = true;
  for (const auto& row : rows) out += line(row);
  return out;
}

// The last column is not filled up.
std::string TextTable::line(const std::vector<std::string>& row) const {
  std::string out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    out += row[i];
    if (i + 1 < row.size()) out += std::string(widths_[i] - row[i].size() + 2, ' ');
  }
  return out + "\n";
}

std::vector<std::string> session_headings() {
  return {"NAME", "SUBJECT", "CREATED", "LAST-SEEN", "EXPIRES", "CLIENT", "AGENT"};
}

std::vector<std::string> session_row(const Json& session) {
  return {text_of(session, "name"),      text_of(session, "subject"), time_of(session, "created"),
          time_of(session, "last_seen"), time_of(session, "expires"), text_of(session, "client"),
          text_of(session, "agent")};
}

std::string session_lines(const Json& session) {
  std::string out;
  for (const auto& [name, value] : session.items()) {
    out += printable(name) + ": ";
    out += name == "attributes" ? ascii_json(value)
           : is_time(name)      ? time_of(session, name.c_str())
                                : text_of(session, name.c_str());
    out += "\n";
  }
  return out;
}

std::string ascii_json(const Json& json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace); }

}  // namespace session::gateway
