#include "tests/support/daemon/simulated_front.h"

#include <algorithm>
#include <stdexcept>

#include "core/base/text.h"
#include "tests/support/e2e/process.h"

namespace session::gateway::test {
namespace {

using session::test::replaced;

// No proxy passes these on as they are.
const std::set<std::string> kHopByHop = {"connection", "keep-alive",        "te",
                                         "trailer",    "upgrade",           "expect",
                                         "trailers",   "transfer-encoding", "content-length"};

void remove(Fields& fields, const std::string& name) {
  std::erase_if(fields, [&](const auto& field) { return lower(field.first) == lower(name); });
}

void set(Fields& fields, const std::string& name, const std::string& value) {
  remove(fields, name);
  fields.emplace_back(name, value);
}

Fields fields_of(const Answer& answer) {
  Fields fields;
  for (std::size_t at = 0; at < answer.headers.size(); at = answer.headers.find("\r\n", at) + 2) {
    const std::string line = answer.headers.substr(at, answer.headers.find("\r\n", at) - at);
    const auto colon = line.find(':');
    if (colon == line.npos) throw std::runtime_error("not a field: " + line);
    fields.emplace_back(line.substr(0, colon), std::string(trimmed(line.substr(colon + 1))));
  }
  return fields;
}

void remove_connection_fields(Fields& fields) {
  std::string named = value_of(fields, "Connection").value_or("") + ",";
  for (std::size_t at = 0; at < named.size(); at = named.find(',', at) + 1) {
    const std::string name(trimmed(std::string_view(named).substr(at, named.find(',', at) - at)));
    if (!name.empty() && lower(name) != "upgrade") remove(fields, name);
  }
}

// A word of `sets` about the client's request.
std::string filled(const std::string& text, const ClientRequest& request) {
  const std::string host = value_of(request.fields, "Host").value_or("");
  return replaced(replaced(replaced(text, "@METHOD@", request.method), "@TARGET@", request.target), "@HOST@",
                  host);
}

}  // namespace

std::optional<std::string> value_of(const Fields& fields, std::string_view name) {
  for (const auto& [each, value] : fields) {
    if (equal_ignoring_case(each, name)) return value;
  }
  return std::nullopt;
}

ClientRequest SimulatedFront::received(const ClientRequest& request) const {
  ClientRequest received = request;
  if (!value_of(received.fields, "Host")) received.fields.emplace_back("Host", "shop.test");
  if (removes_connection_fields) remove_connection_fields(received.fields);
  std::erase_if(received.fields, [&](const auto& field) {
    return strips.count(lower(field.first)) > 0 ||
           (drops_underscores && field.first.find('_') != std::string::npos);
  });
  if (!says_target_in.empty()) set(received.fields, says_target_in, received.target);
  return received;
}

std::string SimulatedFront::check_of(const ClientRequest& received) const {
  Fields fields = received.fields;
  std::erase_if(fields, [&](const auto& field) {
    const std::string name = lower(field.first);
    if (sends) return name != "host" && sends->count(name) == 0;
    return kHopByHop.count(name) > 0;
  });
  for (const auto& [name, value] : sets) {
    remove(fields, name);
    if (!value.empty()) fields.emplace_back(name, filled(value, received));
  }
  if (!host.empty()) set(fields, "Host", host);
  std::string text = (method_is_clients ? received.method : "GET") + " " + check +
                     (path_is_appended ? received.target : "") + " HTTP/1.1\r\n";
  for (const auto& [name, value] : fields) text.append(name + ": " + value + "\r\n");
  return text + "\r\n";
}

Fields SimulatedFront::unchecked(const ClientRequest& received) const {
  Fields fields = received.fields;
  for (const std::string& name : hides) remove(fields, name);
  return fields;
}

Outcome SimulatedFront::outcome_of(const ClientRequest& received, const std::optional<Answer>& answer) const {
  Outcome outcome;
  if (!answer || (outage_is_any_5xx && answer->status >= 500)) {
    outcome.status = outage;
    return outcome;
  }
  const Fields fields = fields_of(*answer);
  outcome.passes = passing.count(answer->status) > 0;
  for (const auto& field : fields) {
    const std::string cookie = field.second.substr(0, field.second.find('='));
    if (lower(field.first) == "set-cookie" && passes_set_cookie &&
        (cookies.empty() || cookies.count(cookie) > 0))
      outcome.client.push_back(field);
  }
  if (outcome.passes) {
    outcome.application = unchecked(received);
    for (const std::string& name : copies) {
      remove(outcome.application, name);
      const auto value = value_of(fields, name);
      if (value && (copies_empty || !value->empty())) outcome.application.emplace_back(name, *value);
    }
    return outcome;
  }
  outcome.status = answer->status;
  if (refusals == Refusals::as_is) {
    outcome.client = fields;
    const std::string location = value_of(fields, "Location").value_or("");
    if (location.starts_with('/') && !location_base.empty())
      set(outcome.client, "Location", location_base + location);
  } else if (answer->status == 401 && !signin.empty()) {
    outcome.status = 302;
    outcome.client.emplace_back("Location", filled(signin, received));
  } else if (answer->status != 401 && answer->status != 403) {
    outcome.status = 500;
  }
  return outcome;
}

}  // namespace session::gateway::test
