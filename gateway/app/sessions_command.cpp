#include "gateway/app/sessions_command.h"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/base/escape.h"
#include "gateway/app/exit_status.h"
#include "gateway/app/operators_socket.h"
#include "gateway/app/progress.h"
#include "gateway/app/sessions_table.h"
#include "gateway/app/transfer_command.h"
#include "gateway/client/admin_client.h"

namespace session::gateway {
namespace {

using Outcome = AdminClient::Outcome;

constexpr std::size_t kMaxCookieBytes = std::size_t{64} << 10;

// Prints sessions page by page, each once: a page may repeat those of another.
class SessionPrinter {
 public:
  explicit SessionPrinter(bool json) : json_(json), table_(session_headings()) {
    if (json_) std::cout << "{\"sessions\":[";
  }
  void print(const Json& sessions, const std::optional<std::string>& except) {
    std::vector<std::vector<std::string>> rows;
    for (const Json& session : sessions) {
      const std::string name = session.at("name").get<std::string>();
      if (name == except || !names_.insert(name).second) continue;
      if (json_) {
        std::cout << (names_.size() == 1 ? "" : ",") << ascii_json(session);
      } else {
        rows.push_back(session_row(session));
      }
    }
    if (!rows.empty()) std::cout << table_.render(rows) << std::flush;
  }
  // Ends the output, and returns how many there were. After a failure JSON stays without its end, so that
  // nobody takes it for all sessions.
  std::size_t finish(bool complete) {
    if (json_) std::cout << (complete ? "]}\n" : "\n");
    return names_.size();
  }

 private:
  const bool json_;
  TextTable table_;
  std::set<std::string> names_;
};

AdminQuestion list_of(const std::optional<std::string>& subject) {
  AdminQuestion question{"GET", "/sessions", {{"limit", "1000"}}};
  if (subject) question.query.emplace_back("subject", *subject);
  return question;
}

// Prints the sessions of a request, and their number to `count`.
AdminClient::Result print_list(const SessionsRequest& request, const AdminClient& client,
                               std::size_t& count) {
  Progress progress("sessions");
  SessionPrinter printer(request.json);
  bool cut = false;
  auto result = client.ask(list_of(request.subject), [&](const Json& page) {
    progress.clear();
    cut |= page.value("cut", false);
    printer.print(page.at("sessions"), request.except);
    progress.add(page.at("sessions").size());
  });
  count = printer.finish(result.outcome == Outcome::done);
  if (cut) std::cerr << "there may be more sessions than these\n";
  return result;
}

int list(const SessionsRequest& request, const AdminClient& client) {
  std::size_t count = 0;
  const auto result = print_list(request, client, count);
  if (result.outcome != Outcome::done) return failed(result);
  return count > 0 ? kFine : say(kNothingFound, "there is no such session");
}

void print_subjects(const std::map<std::string, std::size_t>& subjects) {
  std::vector<std::pair<std::string, std::size_t>> sorted(subjects.begin(), subjects.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::vector<std::string>> rows;
  for (const auto& [subject, sessions] : sorted)
    rows.push_back({std::to_string(sessions), printable(subject)});
  TextTable table({"SESSIONS", "SUBJECT"});
  std::cout << table.render(rows);
}

// Counts what `list` would print: a page may repeat what was on another.
struct Counted {
  std::set<std::string> names;
  std::map<std::string, std::size_t> subjects;
  std::size_t without_subject = 0;

  void add(const Json& session) {
    if (!names.insert(session.at("name").get<std::string>()).second) return;
    const Json& subject = session.at("subject");
    if (subject.is_string()) ++subjects[subject.get<std::string>()];
    if (!subject.is_string()) ++without_subject;
  }
};

int count(const SessionsRequest& request, const AdminClient& client) {
  Progress progress("sessions");
  Counted all;
  const auto result = client.ask(list_of(std::nullopt), [&](const Json& page) {
    const std::size_t before = all.names.size();
    for (const Json& session : page.at("sessions")) all.add(session);
    progress.add(all.names.size() - before);
  });
  progress.clear();
  if (result.outcome != Outcome::done) return failed(result);
  if (request.json) {
    Json body = {{"sessions", all.names.size()}, {"without_subject", all.without_subject}};
    if (request.by_subject) body["subjects"] = all.subjects;
    std::cout << ascii_json(body) << "\n";
  } else if (request.by_subject) {
    print_subjects(all.subjects);
  } else {
    std::cout << all.names.size() << "\n";
  }
  return kFine;
}

// The cookie never becomes an argument, which every user of the machine could read.
std::string standard_input() {
  std::string text;
  for (char c = 0; text.size() < kMaxCookieBytes && std::cin.get(c);) text += c;
  return text;
}

int show(const SessionsRequest& request, const AdminClient& client) {
  if (request.name.has_value() == request.cookie.has_value())
    return say(kUsage, "session-gateway sessions show: expected a NAME, or --cookie -");
  AdminQuestion question{"GET", "/sessions"};
  if (request.cookie) {
    question.method = "POST";
    question.body = standard_input();
  } else {
    question.path += "/" + *request.name;
    if (request.subject) question.query.emplace_back("subject", *request.subject);
  }
  Progress progress("sessions found");
  const auto result = client.ask(question, [&](const Json& part) {
    if (!part.contains("name")) return progress.add(0);  // the search goes on
    progress.clear();
    std::cout << (request.json ? ascii_json(part) + "\n" : session_lines(part));
  });
  return result.outcome == Outcome::done ? kFine : failed(result);
}

// Prints what `end` would end.
int rehearse(const SessionsRequest& request, const AdminClient& client) {
  if (request.name) return show(request, client);
  std::size_t count = 0;
  const auto result = print_list(request, client, count);
  if (result.outcome != Outcome::done) return failed(result);
  std::cerr << "would end " << count << (count == 1 ? " session\n" : " sessions\n");
  return count > 0 ? kFine : kNothingFound;
}

AdminQuestion end_of(const SessionsRequest& request) {
  AdminQuestion question{"DELETE", "/sessions"};
  if (request.name) question.path += "/" + *request.name;
  if (request.subject) question.query.emplace_back("subject", *request.subject);
  if (request.except) question.query.emplace_back("except", *request.except);
  if (request.all) question.query = {{"all", "true"}, {"confirm", "all"}};
  return question;
}

int end(const SessionsRequest& request, const AdminClient& client) {
  if (!request.name && !request.subject && !request.all)
    return say(kUsage, "session-gateway sessions end: expected a NAME, --subject or --all");
  if (request.dry_run) return rehearse(request, client);
  Progress progress("sessions ended");
  std::size_t ended = 0;
  const auto result = client.ask(end_of(request), [&](const Json& part) {
    const std::size_t more = part.value("ended", std::size_t{0});  // none: the search goes on
    ended += more;
    progress.add(more);
  });
  progress.clear();
  if (result.outcome != Outcome::done) {
    if (ended > 0) std::cerr << ended << " sessions have ended, then:\n";
    return failed(result);
  }
  if (request.json) {
    std::cout << "{\"ended\":" << ended << "}\n";
  } else {
    std::cout << "ended " << ended << (ended == 1 ? " session\n" : " sessions\n");
  }
  return ended > 0 ? kFine : kNothingFound;
}

// What goes into a path.
bool is_name(const std::optional<std::string>& name) {
  constexpr std::string_view kCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return !name || (!name->empty() && name->find_first_not_of(kCharacters) == name->npos);
}

}  // namespace

int run_sessions(const SessionsRequest& request, const ClientOptions& options) {
  if (!is_name(request.name) || !is_name(request.except))
    return say(kUsage, "session-gateway sessions: a NAME has letters, digits, _ and - only");
  int status = kFine;
  const auto where = operators_socket(options, status);
  if (!where) return status;
  const AdminClient client(*where, options.timeout);
  switch (request.action) {
    case SessionsRequest::Action::list:
      return list(request, client);
    case SessionsRequest::Action::count:
      return count(request, client);
    case SessionsRequest::Action::show:
      return show(request, client);
    case SessionsRequest::Action::export_all:
      return export_sessions(request, client);
    case SessionsRequest::Action::import_all:
      return import_sessions(request, client);
    case SessionsRequest::Action::end:
      break;
  }
  return end(request, client);
}

}  // namespace session::gateway
