#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/format_row.h"

namespace session::gateway {

// The formats that a configuration can name. Immutable; rows stay where they are.
class FormatRegistry {
 public:
  using SettingsByName = std::map<std::string, std::shared_ptr<const FormatSettings>, std::less<>>;

  // REQUIRES: at least one row; names all different. The first is the default of `dialect`.
  explicit FormatRegistry(std::vector<FormatRow> rows) : rows_(std::move(rows)) {}
  FormatRegistry(const FormatRegistry&) = delete;
  FormatRegistry& operator=(const FormatRegistry&) = delete;

  // Those that this program has.
  [[nodiscard]] static const FormatRegistry& built_in();

  [[nodiscard]] const std::vector<FormatRow>& rows() const { return rows_; }
  // nullptr: there is none of that name.
  [[nodiscard]] const FormatRow* find(std::string_view name) const;
  // What their sections say by default.
  [[nodiscard]] SettingsByName defaults() const;

 private:
  std::vector<FormatRow> rows_;
};

// One function per format, each in a file of its own.
[[nodiscard]] FormatRow native_row();
[[nodiscard]] FormatRow session_store_row();
[[nodiscard]] FormatRow express_row();

}  // namespace session::gateway
