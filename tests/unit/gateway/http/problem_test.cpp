#include "gateway/http/problem.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "core/json/json.h"

namespace session::test {
namespace {

using gateway::Response;

const std::string kHeaders =
    "Content-Type: application/problem+json\r\nCache-Control: no-store\r\nX-Session-Reason: ";

std::string reason_of(const Response& response) {
  return std::string(response.headers.get("X-Session-Reason"));
}
std::string detail_of(const Response& response) {
  return parse_json(response.body)->at("detail").get<std::string>();
}

Response unavailable_for(StoreFailure::Kind kind) {
  return gateway::unavailable(StoreFailure(kind, "redis at 10.0.0.7"));
}

BOOST_AUTO_TEST_SUITE(problem)

BOOST_AUTO_TEST_CASE(a_problem_says_the_same_in_header_and_body) {
  const Response response = gateway::problem(403, "not-allowed", "Not here.");
  BOOST_TEST(response.status == 403);
  BOOST_TEST(response.headers.lines() == kHeaders + "not-allowed\r\n");
  BOOST_TEST(
      response.body ==
      "{\"detail\":\"Not here.\",\"reason\":\"not-allowed\",\"status\":403,\"type\":\"about:blank\"}\n");
}

BOOST_AUTO_TEST_CASE(every_refusal_is_a_401_with_its_reason) {
  const std::pair<RejectReason, std::pair<const char*, const char*>> refusals[] = {
      {RejectReason::absent, {"absent", "There is no session cookie."}},
      {RejectReason::malformed, {"malformed", "The session cookie or the session's record can't be read."}},
      {RejectReason::bad_signature, {"bad-signature", "The session cookie's signature is wrong."}},
      {RejectReason::unknown, {"unknown", "The session has ended."}},
      {RejectReason::expired, {"expired", "The session has reached its absolute timeout."}},
      {RejectReason::revoked, {"revoked", "The session id has changed. A newer cookie was issued."}}};
  for (const auto& [refusal, texts] : refusals) {
    const Response response = gateway::refused(refusal);
    BOOST_TEST(response.status == 401);
    BOOST_TEST(response.headers.lines() == kHeaders + texts.first + "\r\n");
    BOOST_TEST(detail_of(response) == texts.second);
  }
}

BOOST_AUTO_TEST_CASE(an_outage_is_a_503_that_tells_no_internals_and_when_to_come_back) {
  for (const auto kind : {StoreFailure::Kind::unavailable, StoreFailure::Kind::full}) {
    const Response response = unavailable_for(kind);
    BOOST_TEST(response.status == 503);
    BOOST_TEST(response.headers.lines() == kHeaders + "store-unavailable\r\nRetry-After: 5\r\n");
    BOOST_TEST(detail_of(response) == "The session store is unavailable. No session was lost.");
    BOOST_TEST(response.body.find("redis") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(contention_may_be_tried_again_at_once) {
  const Response response = unavailable_for(StoreFailure::Kind::contended);
  BOOST_TEST(response.status == 503);
  BOOST_TEST(response.headers.get("Retry-After") == "1");
  BOOST_TEST(detail_of(response) == "Too many requests are changing this session at once. Try again.");
}

BOOST_AUTO_TEST_CASE(what_was_not_written_has_one_status_for_each_kind) {
  using Kind = WriteFailure::Kind;
  const auto answer = [](Kind kind) { return gateway::not_written(WriteFailure(kind)); };
  BOOST_TEST(answer(Kind::store).status == 503);
  BOOST_TEST(answer(Kind::gone).status == 401);
  BOOST_TEST(reason_of(answer(Kind::gone)) == "unknown");
  BOOST_TEST(answer(Kind::malformed).status == 401);
  BOOST_TEST(reason_of(answer(Kind::malformed)) == "malformed");
  BOOST_TEST(answer(Kind::too_large).status == 413);
  BOOST_TEST(reason_of(answer(Kind::too_large)) == "too-large");
  BOOST_TEST(detail_of(answer(Kind::too_large)) == "The session would exceed its size limit.");
}

BOOST_AUTO_TEST_CASE(without_its_body_an_answer_is_otherwise_the_same) {
  const Response whole = gateway::refused(RejectReason::absent);
  const Response bare = gateway::refused(RejectReason::absent, gateway::ProblemBody::none);
  BOOST_TEST(bare.status == whole.status);
  BOOST_TEST(bare.headers.lines() == whole.headers.lines());
  BOOST_TEST(bare.body.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
