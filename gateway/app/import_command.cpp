#include <array>
#include <iostream>
#include <utility>
#include <vector>

#include "gateway/app/exit_status.h"
#include "gateway/app/export_input.h"
#include "gateway/app/interruption.h"
#include "gateway/app/operators_socket.h"
#include "gateway/app/passphrase.h"
#include "gateway/app/progress.h"
#include "gateway/app/sessions_table.h"
#include "gateway/app/transfer_command.h"
#include "gateway/transfer/export_lines.h"

namespace session::gateway {
namespace {

using Outcome = AdminClient::Outcome;

constexpr std::size_t kMaxHeaderBytes = std::size_t{32} << 10;
// In a request, beside records and header.
constexpr std::size_t kRoom = 4096;

// What the gateway answers of a batch, by name, and how people read it.
struct Count {
  const char* name;
  const char* text;
};
constexpr std::array<Count, 5> kCounts = {Count{"created", " created"}, Count{"existed", " were there"},
                                          Count{"expired", " had expired"}, Count{"skipped", " skipped"},
                                          Count{"no_room", " without room"}};
constexpr std::size_t kSkipped = 3;
constexpr std::size_t kNoRoom = 4;

using Counts = std::array<std::uint64_t, kCounts.size()>;

std::uint64_t number_in(const Json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

// Sends the records of an export in batches, each with its header, without which the gateway takes none. All
// functions return the exit status, and have said what went wrong.
class Importer {
 public:
  Importer(const AdminClient& client, const ExportHeader& header)
      : client_(client), header_(to_text(json_of(header))) {}

  // Asks whether the gateway would take such sessions, and how large a batch may be.
  int begin() { return send(0); }
  int add(std::string line) {
    // The gateway counts as skipped what it can't take. It keeps its place, as records are known by it.
    if (line.size() + header_.size() + kRoom > max_bytes_) line = "null";
    bytes_ += line.size() + 1;
    lines_.push_back(std::move(line));
    return lines_.size() >= kMaxBatchRecords || bytes_ >= kBatchBytes ? flush() : kFine;
  }
  int flush() {
    while (!lines_.empty()) {
      if (Interruption::has_come()) return say(kFailed, "interrupted");
      if (const int status = send(lines_.size())) return status;
    }
    return kFine;
  }

  [[nodiscard]] const Counts& counts() const { return counts_; }
  void clear_progress() { progress_.clear(); }

 private:
  // How many of the lines go into one request.
  [[nodiscard]] std::size_t fitting(std::size_t most) const;
  int send(std::size_t most);
  void take(const Json& answer);

  const AdminClient& client_;
  const std::string header_;
  std::vector<std::string> lines_;
  std::size_t bytes_ = 0;
  std::uint64_t first_ = 0;  // the number of the first of these lines
  std::size_t max_bytes_ = kBatchBytes;
  Counts counts_{};
  Progress progress_{"sessions"};
};

std::size_t Importer::fitting(std::size_t most) const {
  std::size_t count = 0;
  for (std::size_t bytes = header_.size() + kRoom; count < most; ++count) {
    bytes += lines_[count].size() + 1;
    if (bytes > max_bytes_ && count > 0) break;
  }
  return count;
}

void Importer::take(const Json& answer) {
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const std::uint64_t more = number_in(answer, kCounts.at(i).name);
    counts_.at(i) += more;
    progress_.add(more);
  }
}

// A gateway that is slow does a part of a batch: the rest stays.
int Importer::send(std::size_t most) {
  const std::size_t count = fitting(most);
  std::string records;
  for (std::size_t i = 0; i < count; ++i) records.append(i > 0 ? "," : "").append(lines_[i]);
  const AdminQuestion question{"POST",
                               "/import",
                               {},
                               R"({"header":)" + header_ + R"(,"first":)" + std::to_string(first_) +
                                   R"(,"records":[)" + records + "]}"};
  const AdminClient::Result answer = client_.ask_part(question, "");
  take(answer.body);
  if (answer.outcome != Outcome::done) {
    progress_.clear();
    return failed(answer);
  }
  const std::uint64_t done = number_in(answer.body, "done");
  if (done > count || (done == 0 && count > 0))
    return say(kNotDone, "the gateway has not said what it has imported: it is of another version");
  lines_.erase(lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(done));
  bytes_ = 0;
  for (const std::string& line : lines_) bytes_ += line.size() + 1;
  first_ += done;
  if (const std::uint64_t max_bytes = number_in(answer.body, "max_bytes")) max_bytes_ = max_bytes;
  return kFine;
}

// Reads one import. Says what is wrong with the file, with the number of the line.
class Reader {
 public:
  Reader(ExportInput& input, const AdminClient& client) : input_(input), client_(client) {}

  // Returns the exit status. What came before a damage is imported.
  int run() {
    if (const int status = read_header()) return status;
    int status = read_records();
    if (status == kFine || status == kFailed) {
      const int flushed = Interruption::has_come() ? kFine : importer_->flush();
      if (status == kFine) status = flushed;
    }
    importer_->clear_progress();
    return status;
  }
  [[nodiscard]] Counts counts() const { return importer_ ? importer_->counts() : Counts(); }

 private:
  int say_of_file(const std::string& what) {
    if (importer_) importer_->clear_progress();
    return say(kFailed, input_.name() + " " + what);
  }
  int read_header();
  int read_records();
  int read_end(const Json& line);
  // False: there is no further line, or `status` says what went wrong.
  bool next(std::string& line, int& status);

  ExportInput& input_;
  const AdminClient& client_;
  std::optional<Importer> importer_;
  std::uint64_t number_ = 0;   // of the line
  std::uint64_t records_ = 0;  // so far
};

bool Reader::next(std::string& line, int& status) {
  auto read = input_.next();
  if (!read && importer_) importer_->clear_progress();
  if (!read) status = say(read.error().status, read.error().text);
  if (!read || !*read) return false;
  line = std::move(**read);
  ++number_;
  return true;
}

int Reader::read_header() {
  std::string line;
  int status = kFine;
  if (!next(line, status)) return status != kFine ? status : say_of_file("is cut short");
  if (line.size() > kMaxHeaderBytes) return say_of_file("is no export of session-gateway");
  const auto json = parse_json(line, kExportLine);
  if (!json) return say_of_file("is no export of session-gateway");
  const auto header = header_in(*json);
  if (!header) return say_of_file("can't be imported: " + header.error().text);
  importer_.emplace(client_, *header);
  return importer_->begin();
}

int Reader::read_end(const Json& line) {
  const auto records = end_in(line);
  std::string more;
  int status = kFine;
  if (!records || *records != records_) return say_of_file("is damaged: records are missing");
  if (next(more, status)) return say_of_file("is damaged: it goes on behind its end");
  return status;
}

int Reader::read_records() {
  std::string line;
  int status = kFine;
  while (next(line, status)) {
    if (Interruption::has_come()) return say_of_file("was not read to its end: interrupted");
    const auto json = parse_json(line, kExportLine);
    if (!json || !json->is_object())
      return say_of_file("is damaged in line " + std::to_string(number_) + ": it is no JSON object");
    if (json->contains("end")) return read_end(*json);
    ++records_;
    if (const int failed = importer_->add(std::move(line))) return failed;
  }
  return status != kFine ? status : say_of_file("is cut short: its last line is missing");
}

std::string text_of(const Counts& counts) {
  std::string text = std::to_string(counts.front()) + (counts.front() == 1 ? " session" : " sessions");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (i == 0) text += kCounts.at(i).text;
    if (i > 0 && counts.at(i) > 0)
      text.append(", ").append(std::to_string(counts.at(i))).append(kCounts.at(i).text);
  }
  return text;
}

int report(const SessionsRequest& request, const Counts& counts) {
  if (request.json) {
    Json json = Json::object();
    for (std::size_t i = 0; i < counts.size(); ++i) json[kCounts.at(i).name] = counts.at(i);
    std::cout << ascii_json(json) << "\n";
  } else {
    std::cout << text_of(counts) << "\n";
  }
  if (counts.at(kNoRoom) > 0) {
    return say(kFailed,
               "sessions without a subject have used up their share of the store: raise "
               "store.memory.max_bytes or store.redis.anonymous_bytes, and import again");
  }
  return counts.at(kSkipped) > 0 ? kFailed : kFine;
}

}  // namespace

int import_sessions(const SessionsRequest& request, const AdminClient& client) {
  const Interruption interruption;
  std::optional<Secret> passphrase;
  if (request.passphrase_file) {
    auto read = passphrase_in(*request.passphrase_file, 1);
    if (!read) return say(kFailed, read.error().text);
    passphrase = std::move(*read);
  }
  const auto input = ExportInput::open(request.file.value_or("-"), std::move(passphrase));
  if (!input) return say(input.error().status, input.error().text);
  Reader reader(**input, client);
  if (const int status = reader.run()) {
    return say(status, "the import is incomplete: " + text_of(reader.counts()) +
                           "; it can be repeated, and changes nothing that is done");
  }
  return report(request, reader.counts());
}

}  // namespace session::gateway
