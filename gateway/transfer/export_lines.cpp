#include "gateway/transfer/export_lines.h"

#include <algorithm>

#include "core/base/utf8.h"
#include "core/crypto/base64.h"
#include "core/crypto/base64url.h"

namespace session::gateway {
namespace {

constexpr std::string_view kFormat = "session-gateway export";
constexpr int kVersion = 1;
constexpr std::size_t kIdCharacters = 22;
constexpr std::size_t kMaxKeyBytes = 8192;
constexpr std::size_t kMaxFormatBytes = 64;
// The last time that records have.
constexpr std::int64_t kMaxTime = std::int64_t{1} << 53;
// Around a record, and a header that names many secrets.
constexpr std::size_t kRoom = std::size_t{64} << 10;

InputProblem bad(const char* sentence) { return InputProblem(sentence); }

const Json* find(const Json& line, const char* name) {
  const auto found = line.find(name);
  return found == line.end() || found->is_null() ? nullptr : &*found;
}

// nullptr: there is none, or it is no text.
const std::string* text_in(const Json& line, const char* name) {
  const Json* found = find(line, name);
  return found != nullptr && found->is_string() ? &found->get_ref<const std::string&>() : nullptr;
}

std::optional<std::int64_t> number_in(const Json& line, const char* name) {
  const Json* found = find(line, name);
  if (found == nullptr || !found->is_number_integer()) return std::nullopt;
  const auto number = found->get<std::int64_t>();  // one beyond 63 bits becomes negative
  return number >= 0 && number <= kMaxTime ? std::optional(number) : std::nullopt;
}

void append_member(std::string& out, std::string_view name, const std::string& text) {
  out.append(out.ends_with('{') ? "\"" : ",\"").append(name).append("\":").append(to_text(Json(text)));
}

bool is_key(const std::string* text) { return text != nullptr && text->size() <= kMaxKeyBytes; }

}  // namespace

Json json_of(const ExportHeader& header) {
  return {{"format", kFormat},
          {"version", kVersion},
          {"id", header.id},
          {"exported", header.exported.count()},
          {"sessions", header.sessions}};
}

Result<ExportHeader, InputProblem> header_in(const Json& line) {
  if (!line.is_object() || !line.contains("format") || line.at("format") != kFormat)
    return bad("It is no export of session-gateway.");
  if (number_in(line, "version") != kVersion)
    return bad("It is an export of another version of session-gateway.");
  const std::string* id = text_in(line, "id");
  if (id == nullptr || id->size() != kIdCharacters || !is_base64url(*id)) return bad("Its header has no id.");
  ExportHeader header{*id, seconds(number_in(line, "exported").value_or(0))};
  if (const Json* sessions = find(line, "sessions")) header.sessions = *sessions;
  return header;
}

bool has_line(const TransferRecord& record) {
  return is_utf8(record.key) && (!record.next || is_utf8(*record.next));
}

void append_record(std::string& out, const TransferRecord& record) {
  std::string line = "{";
  if (!record.format.empty()) append_member(line, "format", record.format);
  append_member(line, "key", record.key);
  if (record.next) {
    append_member(line, "next", *record.next);
  } else {
    append_base64(line.append(R"(,"bytes":")"), record.bytes.view());
    line += '"';
  }
  if (record.expires) line.append(R"(,"expires":)").append(std::to_string(record.expires->count()));
  out.append(line).append("}");
}

Result<TransferRecord, InputProblem> record_in(const Json& line) {
  if (!line.is_object()) return bad("A record is no JSON object.");
  TransferRecord record;
  if (find(line, "format") != nullptr) {
    const std::string* format = text_in(line, "format");
    if (format == nullptr || format->empty() || format->size() > kMaxFormatBytes)
      return bad("The format of a record is no name.");
    record.format = *format;
  }
  const std::string* key = text_in(line, "key");
  if (!is_key(key)) return bad("A record has no key, or one of more than 8192 bytes.");
  record.key = *key;
  if (find(line, "expires") != nullptr) {
    const auto expires = number_in(line, "expires");
    if (!expires) return bad("The end of a record is no time.");
    record.expires = milliseconds(*expires);
  }
  const std::string* bytes = text_in(line, "bytes");
  if (find(line, "next") != nullptr) {
    const std::string* next = text_in(line, "next");
    if (!is_key(next) || bytes != nullptr) return bad("A record is both a session and the end of one.");
    record.next = *next;
    return record;
  }
  auto decoded = bytes == nullptr ? std::nullopt : from_base64(*bytes);
  if (!decoded) return bad("The bytes of a record are no base64.");
  record.bytes = Bytes(*decoded);
  return record;
}

std::optional<std::uint64_t> end_in(const Json& line) {
  const Json* end = line.is_object() ? find(line, "end") : nullptr;
  if (end == nullptr || *end != true) return std::nullopt;
  const auto records = number_in(line, "records");
  return records ? std::optional(static_cast<std::uint64_t>(*records)) : std::nullopt;
}

Json end_of(std::uint64_t records) { return {{"end", true}, {"records", records}}; }

std::size_t max_batch_bytes(const Settings& settings) {
  const std::size_t record = max_readable_bytes(settings.session) / 3 * 4;
  return std::max({settings.limits.request_bytes, kBatchBytes + kRoom, record + kRoom});
}

}  // namespace session::gateway
