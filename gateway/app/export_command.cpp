#include <unistd.h>

#include <iostream>
#include <utility>

#include "core/crypto/base64url.h"
#include "gateway/app/exit_status.h"
#include "gateway/app/export_output.h"
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

constexpr std::size_t kIdBytes = 16;

const char* sessions_word(std::uint64_t count) { return count == 1 ? " session" : " sessions"; }

std::uint64_t number_in(const Json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

struct Exported {
  std::uint64_t records = 0;   // lines
  std::uint64_t sessions = 0;  // of these
  std::uint64_t unreadable = 0;
  bool has_header = false;
};

// Writes one page of the gateway's answer. Returns what is wrong.
std::optional<std::string> write_page(const Json& page, ExportOutput& output, Exported& exported) {
  if (!page.contains("records") || !page.at("records").is_array() || !page.contains("sessions"))
    return "the gateway has not answered with sessions: it is of another version";
  std::string lines;
  if (!std::exchange(exported.has_header, true)) {
    const ExportHeader header{base64url(system_random().bytes(kIdBytes)), system_clock().unix_now(),
                              page.at("sessions")};
    lines = to_text(json_of(header)) + "\n";
  }
  for (const Json& record : page.at("records")) {
    lines += to_text(record) + "\n";
    ++exported.records;
    exported.sessions += record.contains("next") ? 0 : 1;
  }
  exported.unreadable += number_in(page, "unreadable");
  return output.write(lines);
}

// Returns the exit status, and says what went wrong.
int export_to(ExportOutput& output, const AdminClient& client, Exported& exported) {
  Progress progress("sessions");
  const AdminQuestion question{"GET", "/export"};
  std::string cursor;
  do {
    const AdminClient::Result page = client.ask_part(question, cursor);
    if (page.outcome != Outcome::done || Interruption::has_come()) progress.clear();
    if (Interruption::has_come()) return say(kFailed, "interrupted");
    if (page.outcome != Outcome::done) return failed(page);
    const std::uint64_t before = exported.sessions;
    if (const auto wrong = write_page(page.body, output, exported)) {
      progress.clear();
      return say(kFailed, *wrong);
    }
    progress.add(exported.sessions - before);
    cursor = AdminClient::cursor_in(page.body);
  } while (!cursor.empty());
  progress.clear();
  auto failure = output.write(to_text(end_of(exported.records)) + "\n");
  if (!failure) failure = output.complete();
  return failure ? say(kFailed, *failure) : kFine;
}

// Standard output has the sessions, if no file has them.
void report(const SessionsRequest& request, const Exported& exported) {
  std::ostream& out = request.file ? std::cout : std::cerr;
  if (request.json) {
    out << ascii_json(Json{{"exported", exported.sessions}, {"unreadable", exported.unreadable}}) << "\n";
    return;
  }
  out << "exported " << exported.sessions << sessions_word(exported.sessions);
  if (exported.unreadable > 0) out << ", and left out " << exported.unreadable << " that can't be read";
  out << "\n";
}

}  // namespace

int export_sessions(const SessionsRequest& request, const AdminClient& client) {
  const std::string command = "session-gateway sessions export: ";
  if (!request.passphrase_file && !request.plain) {
    return say(kUsage,
               command +
                   "expected --passphrase-file FILE, whose passphrase seals the sessions, or --plain, "
                   "which lets whoever reads the export read every session");
  }
  if (!request.file && ::isatty(STDOUT_FILENO) == 1)
    return say(kUsage, command + "expected --output FILE, or a pipe: no terminal is shown sessions");
  const Interruption interruption;
  std::optional<Secret> passphrase;
  if (request.passphrase_file) {
    auto read = passphrase_in(*request.passphrase_file, kMinPassphraseBytes);
    if (!read) return say(kFailed, read.error().text);
    passphrase = std::move(*read);
  }
  const auto output = ExportOutput::open(request.file, passphrase);
  if (!output) return say(kFailed, output.error());
  Exported exported;
  if (const int status = export_to(**output, client, exported)) {
    return say(status, request.file ? "nothing is exported: " + *request.file + " is not written"
                                    : std::string("the export is incomplete, and can't be imported whole"));
  }
  report(request, exported);
  return kFine;
}

}  // namespace session::gateway
