#include <algorithm>
#include <array>
#include <utility>

#include "core/base/await.h"
#include "core/base/lanes.h"
#include "gateway/endpoints/admin_answers.h"
#include "gateway/endpoints/page_cursor.h"
#include "gateway/http/json_response.h"
#include "gateway/http/problem.h"
#include "gateway/transfer/export_lines.h"
#include "gateway/transfer/fingerprint.h"

namespace session::gateway {
namespace {

constexpr std::string_view kExport = "export";
// How many keys are read at a time: as many as there is room for if each has the largest record.
constexpr std::size_t kReadBytes = std::size_t{4} << 20;
constexpr std::size_t kMaxKeys = 100;
// The number of records that are written before others of this event loop have their turn.
constexpr std::size_t kSlice = 128;
constexpr std::size_t kLanes = 32;

// What is said of a batch, by CopyOutcome.
constexpr std::array<const char*, 5> kOutcomes = {"created", "existed", "expired", "skipped", "no_room"};

struct Tally {
  std::array<std::uint64_t, kOutcomes.size()> counts{};
  std::uint64_t done = 0;  // how many records of the batch, from the first on
  std::optional<StoreFailure> failure = {};

  void add(CopyOutcome outcome) { ++counts.at(static_cast<std::size_t>(outcome)); }
  [[nodiscard]] std::uint64_t created() const { return counts.front(); }
  void write_to(Json& body) const {
    for (std::size_t i = 0; i < counts.size(); ++i) body[kOutcomes.at(i)] = counts.at(i);
    body["done"] = done;
  }
};

// A batch: records, and which of the export the first is.
struct Batch {
  ExportHeader header;
  std::uint64_t first = 0;
  Json records = Json::array();
};

Response bad_batch(std::string_view detail) { return problem(400, "bad-request", detail); }

Result<Batch, Response> batch_in(const std::string& body) {
  auto json = parse_json(body, kExportJson);
  if (!json) return bad_batch(json.error().text);
  if (!json->is_object() || !json->contains("header") || !json->contains("records"))
    return bad_batch("The body is no JSON object with `header` and `records`.");
  auto header = header_in(json->at("header"));
  if (!header) return bad_batch(header.error().text);
  Batch batch{std::move(*header), 0, std::move(json->at("records"))};
  if (!batch.records.is_array() || batch.records.size() > kMaxBatchRecords)
    return bad_batch("`records` is no list of at most 1000.");
  if (json->contains("first")) {
    const Json& first = json->at("first");
    if (!first.is_number_unsigned()) return bad_batch("`first` is no number.");
    batch.first = first.get<std::uint64_t>();
  }
  return batch;
}

// Tombstones are done, and counted by nobody: they are no sessions.
Task<void> put(const Json& line, SessionTransfer& transfer, Tally& tally) {
  auto record = record_in(line);
  if (!record) {
    tally.add(CopyOutcome::unreadable);
    co_return;
  }
  TransferRecord taken = std::move(*record);
  const bool is_session = !taken.next;
  const auto outcome = co_await transfer.put(std::move(taken));
  if (outcome && is_session) tally.add(*outcome);
  if (!outcome && !tally.failure) tally.failure = outcome.error();
}

// Imports as much of a batch as there is time for. What an earlier import of the same export has done already
// is not looked at: it may have ended since.
Task<void> put_all(const Batch& batch, std::uint64_t done_before, SessionTransfer& transfer,
                   const AnswerTime& time, Tally& tally) {
  while (tally.done < batch.records.size() && !tally.failure) {
    const std::uint64_t begin = tally.done;
    const std::uint64_t count = std::min<std::uint64_t>(kSlice, batch.records.size() - begin);
    const LaneWork work = [&](std::size_t i) -> Task<void> {
      const Json& line = batch.records[begin + i];
      const bool is_done = batch.first + begin + i < done_before;
      if (is_done && !line.contains("next")) tally.add(CopyOutcome::exists);
      if (is_done || tally.failure) co_return;
      co_await put(line, transfer, tally);
    };
    co_await in_lanes(count, kLanes, work);
    if (tally.failure) co_return;
    tally.done += count;
    co_await pause(milliseconds(0));
    if (time.is_over()) co_return;
  }
}

Response not_imported(const Tally& tally, Log& log) {
  Response response = admin_store_failed(*tally.failure, log);
  Json body = Json::parse(response.body);
  tally.write_to(body);
  response.body = to_text(body) + "\n";
  return response;
}

Response with_count(Response response, SessionEvent::Kind kind, std::uint64_t count) {
  if (count == 0) return response;
  SessionEvent event{kind};
  event.count = count;
  response.events.push_back(std::move(event));
  return response;
}

}  // namespace

Task<Boxed<Response>> admin_export(const Query& query, Services& services) {
  auto paging = paging_of(query, kExport);
  if (!paging) co_return bad_query(paging.error());
  SessionTransfer transfer = services.sessions.transfer();
  const AnswerTime time(services.admin.time);
  const std::size_t keys = std::clamp<std::size_t>(kReadBytes / services.admin.max_record_bytes, 1, kMaxKeys);
  std::string records;
  std::uint64_t count = 0;
  std::uint64_t sessions = 0;  // the others are tombstones
  std::uint64_t unreadable = 0;
  std::string position = std::move(paging->position);
  do {
    auto page = co_await transfer.page(std::move(position), keys);
    if (!page) co_return admin_store_failed(page.error(), services.telemetry.log());
    position = std::move(page->cursor);
    unreadable += page->unreadable;
    for (const TransferRecord& record : page->records) {
      unreadable += has_line(record) ? 0 : 1;
      if (!has_line(record)) continue;
      if (count++ > 0) records += ',';
      sessions += record.next ? 0 : 1;
      append_record(records, record);
    }
    co_await pause(milliseconds(0));  // others have their turn
  } while (!position.empty() && count + keys <= kMaxBatchRecords && records.size() < kBatchBytes &&
           !time.is_over());
  Json body = Json::object();
  body["sessions"] = services.admin.fingerprint;
  body["unreadable"] = unreadable;
  if (!position.empty()) body["cursor"] = page_cursor(kExport, position);
  Response response = json_response(body);
  // The records are text already.
  response.body.insert(1, "\"records\":[" + records + "],");
  co_return with_count(std::move(response), SessionEvent::Kind::exported, sessions);
}

Task<Boxed<Response>> admin_import(const Request& request, Services& services) {
  const auto batch = batch_in(request.body);
  if (!batch) co_return batch.error();
  if (const auto why = why_unlike(batch->header.sessions, services.admin.fingerprint))
    co_return problem(409, "does-not-fit", "These sessions would not go on here: " + *why + ".");
  SessionTransfer transfer = services.sessions.transfer();
  const auto before = co_await transfer.done(batch->header.id);
  if (!before) co_return admin_store_failed(before.error(), services.telemetry.log());
  const AnswerTime time(services.admin.time);
  Tally tally;
  co_await put_all(*batch, *before, transfer, time, tally);
  const std::uint64_t done = batch->first + tally.done;
  if (!tally.failure && batch->first <= *before && done > *before) {
    const auto noted = co_await transfer.note_done(batch->header.id, done);
    if (!noted) tally.failure = noted.error();
  }
  Response response;
  if (tally.failure) {
    response = not_imported(tally, services.telemetry.log());
  } else {
    Json body = Json::object();
    tally.write_to(body);
    body["max_bytes"] = services.admin.max_batch_bytes;
    body["max_records"] = kMaxBatchRecords;
    response = json_response(body);
  }
  co_return with_count(std::move(response), SessionEvent::Kind::imported, tally.created());
}

}  // namespace session::gateway
