#include "gateway/http/problem.h"

#include "core/json/json.h"

namespace session::gateway {
namespace {

// How soon a client may ask again: outages of a store are short, or long and then polling does no harm.
constexpr std::string_view kRetryAfterSeconds = "5";

std::string_view sentence(RejectReason refusal) {
  switch (refusal) {
    case RejectReason::absent:
      return "There is no session cookie.";
    case RejectReason::malformed:
      return "The session cookie or the session's record can't be read.";
    case RejectReason::bad_signature:
      return "The session cookie's signature is wrong.";
    case RejectReason::unknown:
      return "The session has ended.";
    case RejectReason::expired:
      return "The session has reached its absolute timeout.";
    case RejectReason::revoked:
      return "The session id has changed. A newer cookie was issued.";
    case RejectReason::stale:
      return "The login is too long ago for this.";
    case RejectReason::ambiguous:
      return "The request has cookies of two sessions. A login or a logout ends both.";
  }
  return "";
}

Json members_of(int status, std::string_view reason, std::string_view detail) {
  Json members = Json::object();
  members["type"] = "about:blank";
  members["status"] = status;
  members["reason"] = reason;
  members["detail"] = detail;
  return members;
}

std::string_view sentence(const StoreFailure& failure) {
  return failure.kind == StoreFailure::Kind::contended
             ? "Too many requests are changing this session at once. Try again."
             : "The session store is unavailable. No session was lost.";
}

}  // namespace

Response problem(int status, std::string_view reason, std::string_view detail, ProblemBody body) {
  Response response{status, {}, {}};
  response.reason = reason;
  response.headers.add("Content-Type", "application/problem+json");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Session-Reason", reason);
  if (body == ProblemBody::none) return response;
  response.body = to_text(members_of(status, reason, detail)) + "\n";
  return response;
}

Response refused(RejectReason refusal, ProblemBody body) {
  return problem(401, to_text(refusal), sentence(refusal), body);
}

Response unavailable(const StoreFailure& failure, ProblemBody body) {
  const bool contended = failure.kind == StoreFailure::Kind::contended;
  Response response = problem(503, "store-unavailable", sentence(failure), body);
  response.headers.add("Retry-After", contended ? "1" : kRetryAfterSeconds);
  return response;
}

Response unavailable(std::string_view sentence) {
  Response response = problem(503, "store-unavailable", sentence);
  response.headers.add("Retry-After", kRetryAfterSeconds);
  return response;
}

Response unavailable(const StoreFailure& failure, std::size_t ended) {
  Response response = unavailable(failure, ProblemBody::none);
  Json members = members_of(response.status, response.reason, sentence(failure));
  members["ended"] = ended;
  response.body = to_text(members) + "\n";
  return response;
}

Response not_written(const WriteFailure& failure) {
  switch (failure.kind) {
    case WriteFailure::Kind::store:
      return unavailable(failure.store);
    case WriteFailure::Kind::gone:
      return refused(RejectReason::unknown);
    case WriteFailure::Kind::malformed:
      return refused(RejectReason::malformed);
    case WriteFailure::Kind::reserved:
      return problem(400, "bad-actions", "An attribute name is reserved by the session format.");
    case WriteFailure::Kind::too_many:
      return problem(409, "too-many-sessions", "The user has as many sessions as are allowed.");
    case WriteFailure::Kind::unknown_lifetime:
      return problem(400, "bad-actions", "There is no lifetime of this name.");
    case WriteFailure::Kind::lifetime_without_login:
      return problem(400, "bad-actions", "A lifetime is for sessions of users who are logged in.");
    case WriteFailure::Kind::too_large:
      break;
  }
  return problem(413, "too-large", "The session would exceed its size limit.");
}

}  // namespace session::gateway
