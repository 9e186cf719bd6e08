#include "gateway/telemetry/audit/audit.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "gateway/telemetry/log/log.h"
#include "gateway/telemetry/log/stream.h"

namespace session::gateway {
namespace {

std::string_view name_of(SessionEvent::Kind kind) {
  switch (kind) {
    case SessionEvent::Kind::created:
      return "created";
    case SessionEvent::Kind::regenerated:
      return "regenerated";
    case SessionEvent::Kind::moved:
      return "moved";
    case SessionEvent::Kind::destroyed:
      return "destroyed";
    case SessionEvent::Kind::viewed:
      return "viewed";
    case SessionEvent::Kind::exported:
      return "exported";
    case SessionEvent::Kind::imported:
      return "imported";
    case SessionEvent::Kind::refused:
      return "refused";
  }
  return "unknown";
}

// Returns the client's address; empty if the param holds neither an address nor "unix:". A configuration may
// pass on the client's claim ($http_x_forwarded_for), and only a valid address may appear in the audit.
std::string_view client_of(const Request& request) {
  const std::string_view text = request.client.address;
  if (text == "unix:") return text;
  if (text.size() >= INET6_ADDRSTRLEN) return {};
  const std::string address(text);
  in6_addr any{};
  const bool valid =
      ::inet_pton(AF_INET, address.c_str(), &any) == 1 || ::inet_pton(AF_INET6, address.c_str(), &any) == 1;
  return valid ? text : std::string_view();
}

bool is_id(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

void write(LogStream& stream, const AuditedRequest& of, const SessionEvent& event, std::uint64_t suppressed) {
  AuditRecord record{name_of(event.kind), event.kind == SessionEvent::Kind::refused ? "reason" : "cause"};
  record.cause = event.cause;
  record.session = event.session;
  record.former = event.former;
  record.subject = event.subject;
  record.actor = event.actor;
  record.client = client_of(of.request);
  record.request = request_id(of.request);
  record.realm = of.realm;
  record.endpoint = of.endpoint;
  record.sessions = event.count;
  record.suppressed = suppressed;
  stream.audit(record, std::chrono::system_clock::now());
}

}  // namespace

std::string_view request_id(const Request& request) {
  constexpr std::size_t kMax = 64;
  const std::string_view id = request.client.request_id;
  const bool valid = id.size() <= kMax && std::all_of(id.begin(), id.end(), is_id);
  return valid ? id : std::string_view();
}

RateLimit& Audit::limit_of(std::string_view reason) {
  const auto* const found = std::find(kReasons.begin(), kReasons.end() - 1, reason);
  return limits_[static_cast<std::size_t>(found - kReasons.begin())];
}

void Audit::record(const AuditedRequest& of, const std::vector<SessionEvent>& events, Clock::Steady now) {
  std::shared_ptr<LogStream> stream;
  for (const SessionEvent& event : events) {
    std::uint64_t suppressed = 0;
    if (event.kind == SessionEvent::Kind::refused) {
      const auto [admitted, before] = limit_of(event.cause).admit(now);
      if (!admitted) continue;
      suppressed = before;
    }
    if (!stream) stream = log_.audit_stream();
    if (stream) write(*stream, of, event, suppressed);
  }
}

}  // namespace session::gateway
