#include "tests/resilience/simulated_browser.h"

#include "core/json/json.h"

namespace session::gateway::test {
namespace {

Judgement refusal(const std::string& asked, const Answer& answer, const std::string& reason) {
  const bool right = answer.status == 401 && answer.header("X-Session-Reason") == reason;
  return right ? Judgement{Judgement::Kind::refused} : wrong(asked, answer);
}

// The MAC's first character is another one: all of its six bits count.
std::string forged(std::string cookie) {
  char& first = cookie.at(cookie.rfind('.') + 1);
  first = first == 'A' ? 'B' : 'A';
  return cookie;
}

}  // namespace

Visitor::Visitor(const WireGateway& gateway, int number, Memory memory)
    : user_("visitor" + std::to_string(number)), email_(user_ + "@drill.test"), memory_(memory) {
  const Json attributes = {{"user", user_}, {"email", email_}, {"counter", 0}};
  cookie_ = gateway.log_in(to_text(attributes));
}

Pairs Visitor::with_cookie(const Pairs& more) const {
  Pairs pairs = {{"HTTP_COOKIE", "session=" + cookie_}};
  pairs.insert(pairs.end(), more.begin(), more.end());
  return pairs;
}

Judgement Visitor::check(Peer& peer) const {
  const Answer answer = peer.ask(request(1, asking("auth", "GET", with_cookie())));
  const bool own = answer.status == 204 && answer.header("X-Auth-Request-User") == user_ &&
                   answer.header("X-Auth-Request-Email") == email_;
  return judged("a check for " + user_, answer, own, Judgement::Kind::checked);
}

Judgement Visitor::read(Peer& peer) const {
  const long least = memory_ == Memory::keeps ? acknowledged_.load() : 0;
  const Answer answer = peer.ask(request(1, asking("session", "GET", with_cookie())));
  const long counter = counter_in(answer);
  return judged("reading " + user_ + ", counted to " + std::to_string(least) + ",", answer,
                counter >= least && counter <= tried_);
}

Judgement Visitor::write(Peer& peer) {
  const std::unique_lock lock(writing_, std::try_to_lock);
  if (!lock) return read(peer);
  const long next = ++tried_;
  const std::string body = R"({"set":{"counter":)" + std::to_string(next) + "}}";
  const Answer answer =
      peer.ask(request(1, asking("session", "POST", with_cookie({{"GATEWAY_ALLOW", "set"}})), body));
  const bool written = counter_in(answer) == next;
  if (written) acknowledged_ = next;
  return judged("counting " + user_ + " to " + std::to_string(next), answer, written);
}

Judgement Visitor::forge(Peer& peer) const {
  const Answer answer =
      peer.ask(request(1, asking("auth", "GET", {{"HTTP_COOKIE", "session=" + forged(cookie_)}})));
  return refusal("a forged cookie", answer, "bad-signature");
}

long Visitor::counter_in(const Answer& answer) const {
  if (answer.status != 200) return -1;
  const Json shown = Json::parse(answer.body, nullptr, false);
  const bool own = shown.is_object() && shown.size() == 3 && shown.value("user", "") == user_ &&
                   shown.value("email", "") == email_;
  return own ? shown.value("counter", -1L) : -1;
}

Judgement ask_as_stranger(Peer& peer) {
  const Answer answer = peer.ask(request(1, asking("auth")));
  return refusal("a check without a cookie", answer, "absent");
}

}  // namespace session::gateway::test
