#include "tests/support/daemon/end_all_rounds.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include "tests/support/store_calls.h"

namespace session::gateway::test {
namespace {

constexpr std::size_t kClients = 4;
constexpr std::size_t kEnder = kClients;  // its connections come after theirs
constexpr int kAttempts = 20;

std::uint64_t pick(std::mt19937_64& dice, std::uint64_t below) { return dice() % below; }

Pairs with(const std::string& cookie, const std::string& allow = {}) {
  Pairs pairs = {{"HTTP_COOKIE", "session=" + cookie}};
  if (!allow.empty()) pairs.emplace_back("GATEWAY_ALLOW", allow);
  return pairs;
}

std::string user(const std::string& name) { return R"({"user":")" + name + R"("})"; }

std::string check(const std::string& cookie) { return request(1, asking("auth", "GET", with(cookie))); }

std::string login(const std::string& name) {
  return request(1, asking("session", "POST", {{"GATEWAY_ALLOW", "set"}}), R"({"set":)" + user(name) + "}");
}

// Setting the user that a session has already is a login, if an application does it.
std::string login_again(const std::string& name, const std::string& cookie) {
  Pairs pairs = with(cookie);
  pairs.emplace_back("SESSION_SET", user(name));
  return request(1, asking("commit", "GET", pairs));
}

std::string change(const std::string& cookie, const std::string& allow, const std::string& body) {
  return request(1, asking("session", "POST", with(cookie, allow)), body);
}

std::string destroy(const std::string& cookie) {
  return request(1, asking("session", "DELETE", with(cookie, "destroy")));
}

std::string end_own(const std::string& cookie, const std::string& query) {
  Pairs pairs = with(cookie);
  pairs.emplace_back("QUERY_STRING", query);
  return request(1, asking("sessions", "DELETE", pairs));
}

constexpr std::array<std::string_view, 3> kBy = {"an operator", "the user", "the user of all others"};

void append(std::vector<std::string>& all, const std::vector<std::string>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

struct EndAllRounds::Round {
  std::string subject;
  Dice dice;
  Cookies before = {};
  std::vector<Client> clients = {};
  End end = {};
  std::string wrong = {};

  void complain(const std::string& what) { wrong += (wrong.empty() ? "" : "; ") + what; }
  // What lives that may not.
  [[nodiscard]] std::string describe(const std::string& cookie) const {
    const auto has = [&](const Cookies& cookies) {
      return std::find(cookies.begin(), cookies.end(), cookie) != cookies.end();
    };
    std::string text = "a login that was answered before the end was asked for";
    if (has(before)) text = "a session under the id from before";
    for (const Client& client : clients) {
      for (std::size_t i = 0; i < client.got.size(); ++i) {
        if (has(client.got[i])) text = "session " + std::to_string(i) + " under an id that it got";
      }
    }
    return text + " lives after an end by " + std::string(kBy.at(static_cast<std::size_t>(end.by)));
  }
};

EndAllRounds::EndAllRounds(const WireGateway& one, const WireGateway& other) : gateways_{&one, &other} {
  for (std::size_t client = 0; client <= kClients; ++client) {
    peers_.push_back(one.unix_peer());
    peers_.push_back(other.unix_peer());
  }
}

std::string EndAllRounds::race(std::uint64_t seed) {
  Round round{"user-" + std::to_string(seed), Dice(seed)};
  begin(round);
  const auto safely = [](std::string& failure, const auto& work) {
    try {
      work();
    } catch (const std::exception& exception) {
      failure = exception.what();
    }
  };
  const Dice dice_of_end(round.dice());
  session::test::in_parallel(kClients + 1, [&](int thread) {
    const auto number = static_cast<std::size_t>(thread);
    if (number == kEnder) {
      safely(round.end.failure, [&] { end_all(round, round.end, dice_of_end); });
    } else {
      safely(round.clients[number].failure, [&] { act(round, round.clients[number]); });
    }
  });
  for (const Client& client : round.clients) {
    if (!client.failure.empty()) round.complain("a client: " + client.failure);
  }
  if (!round.end.failure.empty()) round.complain("the end of all: " + round.end.failure);
  judge(round);
  return round.wrong;
}

void EndAllRounds::begin(Round& round) {
  const std::size_t sessions = 2 + pick(round.dice, 4);
  for (std::size_t i = 0; i < sessions; ++i) peers_.at(i).send(login(round.subject));
  for (std::size_t i = 0; i < sessions; ++i) round.before.push_back(peers_.at(i).read_answer().cookie());
  if (std::find(round.before.begin(), round.before.end(), "") != round.before.end())
    round.complain("a login at the begin has no cookie");
  for (std::size_t number = 0; number < kClients; ++number)
    round.clients.push_back({number, Dice(round.dice()), round.before, std::vector<Cookies>(sessions)});
  round.end.by = static_cast<By>(pick(round.dice, 3));
  round.end.at = pick(round.dice, 2);
}

void EndAllRounds::act(const Round& round, Client& client) {
  for (auto left = 3 + pick(client.dice, 4); left > 0; --left) act_once(round, client);
}

// What the user ends the others with is mostly left alone: its end or move would have the call fail.
void EndAllRounds::act_once(const Round& round, Client& client) {
  const std::size_t gateway = pick(client.dice, 2);
  std::size_t session = pick(client.dice, client.current.size());
  const bool leave_first = round.end.by != By::an_operator && pick(client.dice, 4) > 0;
  if (leave_first && session == 0) session = 1;
  const std::string& cookie = client.current[session];
  const auto act = pick(client.dice, 12);
  if (act < 4) {
    log_in(round, client, act > 0 || session == 0 ? "" : cookie);
  } else if (act < 8) {
    regenerate(client, session, gateway);
  } else if (act < 10) {
    client.done["touches"] += ask_for(client, gateway, check(cookie)).status == 204 ? 1 : 0;
  } else if (act == 10) {
    const Answer answer = ask_for(client, gateway, change(cookie, "set", R"({"set":{"late":1}})"));
    client.done["writes"] += answer.status == 200 && answer.cookie().empty() ? 1 : 0;
  } else {
    client.done["destroys"] += ask_for(client, gateway, destroy(cookie)).status == 204 ? 1 : 0;
  }
}

// Whoever loses a race is told so, or tries again: none of these is a failure of the gateway.
Answer EndAllRounds::ask_for(Client& client, std::size_t gateway, const std::string& request) {
  Answer answer = ask(client.number, gateway, request);
  if (answer.status >= 500) throw std::runtime_error("an answer of " + answer.content);
  return answer;
}

void EndAllRounds::log_in(const Round& round, Client& client, const std::string& cookie) {
  const std::size_t gateway = pick(client.dice, 2);
  const Time sent = std::chrono::steady_clock::now();
  const Answer answer =
      ask_for(client, gateway, cookie.empty() ? login(round.subject) : login_again(round.subject, cookie));
  // Nobody keeps a user from logging in.
  if (answer.cookie().empty() && cookie.empty())
    throw std::runtime_error("a login was refused: " + std::to_string(answer.status));
  if (answer.cookie().empty()) return;
  client.logins.push_back({answer.cookie(), sent, std::chrono::steady_clock::now()});
  ++client.done[cookie.empty() ? "logins" : "logins with the cookie of before"];
}

void EndAllRounds::regenerate(Client& client, std::size_t session, std::size_t gateway) {
  const Answer answer =
      ask_for(client, gateway, change(client.current[session], "regenerate", R"({"regenerate":true})"));
  if (answer.status != 200 || answer.cookie().empty()) return;
  client.current[session] = answer.cookie();
  client.got[session].push_back(answer.cookie());
  ++client.done["regenerates"];
}

// Begins at some time of the race. What an end says of a failure is right, and an operator then ends them.
void EndAllRounds::end_all(const Round& round, End& end, Dice dice) {
  for (auto before = pick(dice, 8); before > 0; --before)
    (void)ask(kEnder, end.at, check(round.before.back()));
  int attempt = 0;
  for (; attempt < kAttempts; ++attempt) {
    end.sent = std::chrono::steady_clock::now();
    const int status = end_once(round, end);
    end.answered = std::chrono::steady_clock::now();
    if (status == 200 || status == 204) break;
    ++end.done["ends that failed, as they said: " + std::to_string(status)];
    end.by = By::an_operator;
  }
  if (attempt == kAttempts) end.failure = "none of the attempts was done";
  end.one_spared = end.by == By::the_user_but_one;
  // At once, while the others go on.
  Cookies dead = round.before;
  if (end.one_spared) dead.erase(dead.begin());
  for (const std::string& cookie : dead) {
    if (ask(kEnder, 1 - end.at, check(cookie)).status == 204)
      end.failure = "a session lives at the other gateway after the answer";
  }
}

int EndAllRounds::end_once(const Round& round, End& end) {
  std::size_t ended = 0;
  if (end.by == By::an_operator) return end_as_operator(round, end.at, ended);
  const std::string query = end.by == By::the_user ? "all=true" : "others=true";
  return ask(kEnder, end.at, end_own(round.before.front(), query)).status;
}

int EndAllRounds::end_as_operator(const Round& round, std::size_t gateway, std::size_t& ended) {
  std::string cursor;
  AdminPeer peer = operator_of(gateway);
  for (;;) {
    const Answer answer = peer.ask("DELETE", "/sessions?subject=" + round.subject + cursor);
    const Json body = Json::parse(answer.body);
    ended += body.value("ended", std::size_t{0});
    if (answer.status != 202) return answer.status;
    cursor = "&cursor=" + body.at("cursor").get<std::string>();
  }
}

EndAllRounds::Cookies EndAllRounds::alive(std::size_t gateway, const Cookies& cookies) {
  Cookies living;
  for (std::size_t first = 0; first < cookies.size(); first += kClients) {
    const std::size_t some = std::min(kClients, cookies.size() - first);
    for (std::size_t i = 0; i < some; ++i) peer(i, gateway).send(check(cookies[first + i]));
    for (std::size_t i = 0; i < some; ++i) {
      if (peer(i, gateway).read_answer().status == 204) living.push_back(cookies[first + i]);
    }
  }
  return living;
}

// A session from before is the same under every id that it got. So is a login that was answered before the
// end was asked for.
void EndAllRounds::judge(Round& round) {
  const bool spared = round.end.one_spared;
  Cookies from_before;
  Cookies of_first = {round.before.front()};
  from_before.insert(from_before.end(), round.before.begin() + 1, round.before.end());
  std::vector<Login> late;
  for (const Client& client : round.clients) {
    for (std::size_t i = 0; i < client.got.size(); ++i)
      append(i == 0 ? of_first : from_before, client.got[i]);
    for (const Login& each : client.logins) {
      if (each.answered < round.end.sent) from_before.push_back(each.cookie);
      if (each.answered >= round.end.sent) late.push_back(each);
    }
  }
  if (!spared) append(from_before, of_first);
  Cookies of_late;
  for (const Login& each : late) of_late.push_back(each.cookie);
  for (const std::size_t gateway : {0, 1}) {
    for (const std::string& cookie : alive(gateway, from_before)) round.complain(round.describe(cookie));
  }
  const Cookies survivors = alive(0, of_late);
  if (alive(1, of_late) != survivors) round.complain("the gateways do not agree about late logins");
  const std::size_t first_lives = spared ? alive(round.end.at, of_first).size() : 0;
  if (first_lives > 1) round.complain("the one that was spared lives twice");
  const bool destroys = std::any_of(round.clients.begin(), round.clients.end(),
                                    [](const Client& client) { return client.done.contains("destroys"); });
  if (spared && first_lives == 0 && !destroys) round.complain("the one that was spared has ended");
  Cookies all = from_before;
  append(all, of_first);
  append(all, of_late);
  judge_last(round, all, survivors.size() + first_lives);
  count(round, late, survivors.size());
}

// Exactly those that live are listed, so that the next end finds them.
void EndAllRounds::judge_last(Round& round, const Cookies& all, std::size_t expected) {
  const std::size_t gateway = 1 - round.end.at;
  const std::size_t listed = operator_of(gateway).names("subject=" + round.subject).size();
  if (listed != expected)
    round.complain(std::to_string(listed) + " are listed, " + std::to_string(expected) + " live");
  std::size_t ended = 0;
  const int status = end_as_operator(round, gateway, ended);
  if (status != 200 || ended != expected)
    round.complain("the last end: " + std::to_string(status) + ", " + std::to_string(ended) + " of " +
                   std::to_string(expected));
  if (!alive(round.end.at, all).empty()) round.complain("some live after the last end");
}

void EndAllRounds::count(const Round& round, const std::vector<Login>& late, std::size_t survivors) {
  ++tally_["rounds"];
  for (const Client& client : round.clients) {
    for (const auto& [what, times] : client.done) tally_[what] += times;
  }
  for (const auto& [what, times] : round.end.done) tally_[what] += times;
  ++tally_["ends by " + std::string(kBy.at(static_cast<std::size_t>(round.end.by)))];
  tally_["sessions from before"] += static_cast<long>(round.before.size());
  tally_["late logins that survived"] += static_cast<long>(survivors);
  const auto raced = std::count_if(late.begin(), late.end(),
                                   [&](const Login& each) { return each.sent < round.end.answered; });
  tally_["logins that raced the end"] += raced;
  const auto after = static_cast<long>(late.size()) - raced;
  tally_["rounds in which a login raced"] += raced > 0 ? 1 : 0;
  // Those that were sent after the answer survive all.
  const long raced_and_lived = static_cast<long>(survivors) - after;
  tally_["logins that raced and survived"] += std::max(raced_and_lived, 0L);
  tally_["rounds in which a login raced and survived"] += raced_and_lived > 0 ? 1 : 0;
  tally_["rounds in which a login raced and was ended"] += raced_and_lived < raced ? 1 : 0;
}

}  // namespace session::gateway::test
