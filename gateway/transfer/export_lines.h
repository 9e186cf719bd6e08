#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/json/json.h"
#include "core/session/session_transfer.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// The lines of an export, each a JSON object (docs/contract.md): a header, records, and an end that says how
// many there were. Whoever reads them trusts nothing in them.

// The header. `sessions` is what they need (fingerprint_of); `id` names this export (base64url).
struct ExportHeader {
  std::string id;
  seconds exported{};  // Unix time
  Json sessions = Json::object();
};
[[nodiscard]] Json json_of(const ExportHeader& header);
[[nodiscard]] Result<ExportHeader, InputProblem> header_in(const Json& line);

// Whether the record has a place in a line: its key must be text.
[[nodiscard]] bool has_line(const TransferRecord& record);
// Appends the object, without a line break. REQUIRES: has_line(record).
void append_record(std::string& out, const TransferRecord& record);
[[nodiscard]] Result<TransferRecord, InputProblem> record_in(const Json& line);

// The number of records that the end of an export says; nullopt: the line is no end.
[[nodiscard]] std::optional<std::uint64_t> end_in(const Json& line);
[[nodiscard]] Json end_of(std::uint64_t records);

// Nesting of JSON that is read here: of a batch, and of one line, which stands two levels deep in it.
inline constexpr JsonLimits kExportJson{.depth = 12};
inline constexpr JsonLimits kExportLine{.depth = 10};

// The most records of one answer or one batch.
inline constexpr std::size_t kMaxBatchRecords = 1000;
// About how large an answer or a batch is; one record may be larger.
inline constexpr std::size_t kBatchBytes = std::size_t{1} << 20;
// The largest request that the socket of operators takes: a batch, or a record of any size that can be read.
[[nodiscard]] std::size_t max_batch_bytes(const Settings& settings);

}  // namespace session::gateway
