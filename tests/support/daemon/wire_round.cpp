#include "tests/support/daemon/wire_round.h"

#include <stdexcept>

namespace session::gateway::test {
namespace {

Pairs with_cookie(const std::string& cookie, const std::string& allow) {
  return {{"HTTP_COOKIE", "session=" + cookie}, {"GATEWAY_ALLOW", allow}};
}

std::string login() {
  return request(1, asking("session", "POST", {{"GATEWAY_ALLOW", "set"}}), R"({"set":{"user":"alice"}})");
}

std::string act_request(Act act, const std::string& cookie) {
  switch (act) {
    case Act::destroy:
      return request(1, asking("session", "DELETE", with_cookie(cookie, "destroy")));
    case Act::set:
      return request(1, asking("session", "POST", with_cookie(cookie, "set")), R"({"set":{"late":1}})");
    case Act::check:
      return request(1, asking("auth", "GET", with_cookie(cookie, "")));
    case Act::regenerate:
      return request(1, asking("session", "POST", with_cookie(cookie, "regenerate")),
                     R"({"regenerate":true})");
  }
  throw std::logic_error("no such act");
}

std::string in_short(const Answer& answer) {
  const std::string reason = answer.header("X-Session-Reason");
  return std::to_string(answer.status) + (answer.cookie().empty() ? "" : " new") +
         (reason.empty() ? "" : " " + reason);
}

// 401 is no session. A write that came after the end may have begun one that is nobody's.
bool is_alices(const Answer& answer) {
  return answer.status != 401 && !(answer.status == 200 && answer.body == "{\"late\":1}\n");
}

}  // namespace

std::string_view to_text(Act act) {
  switch (act) {
    case Act::destroy:
      return "destroy";
    case Act::set:
      return "set";
    case Act::check:
      return "check";
    case Act::regenerate:
      return "regenerate";
  }
  return "";
}

Round::Round(const WireGateway& one, const WireGateway& other) {
  for (std::size_t n = 0; n < kActs; ++n) peers_.push_back((n % 2 == 0 ? one : other).unix_peer());
}

void Round::send_login() { peer(0).send(login()); }

void Round::read_login() {
  given_.clear();
  read_new_cookie();
  first_cookie_ = cookie_;
}

void Round::send_move() { peer(1).send(act_request(Act::regenerate, cookie_)); }

void Round::read_move() { read_new_cookie(); }

void Round::read_new_cookie() {
  const Answer answer = peer(given_.size()).read_answer();
  cookie_ = answer.cookie();
  if (cookie_.empty()) throw std::runtime_error("no cookie: " + answer.content);
  given_.push_back(cookie_);
}

void Round::send_act(std::size_t n) {
  const Act act = order_.at(n);
  peer(n).send(act_request(act, act == Act::destroy ? first_cookie_ : cookie_));
}

void Round::read_acts() {
  for (std::size_t n = 0; n < kActs; ++n) {
    const Answer answer = peer(n).read_answer();
    outcomes_.at(static_cast<std::size_t>(order_.at(n))) = in_short(answer);
    if (!answer.cookie().empty()) given_.push_back(answer.cookie());
  }
}

void Round::send_cookies() {
  for (std::size_t n = 0; n < given_.size(); ++n) {
    peer(n).send(request(1, asking("session", "GET", with_cookie(given_[n], ""))));
  }
}

void Round::read_cookies() {
  alive_ = 0;
  for (std::size_t n = 0; n < given_.size(); ++n) alive_ += is_alices(peer(n).read_answer()) ? 1 : 0;
}

}  // namespace session::gateway::test
