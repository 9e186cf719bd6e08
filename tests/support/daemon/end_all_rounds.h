#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/support/daemon/admin_gateway.h"

namespace session::gateway::test {

// Rounds in which all sessions of a user are ended, by an operator or by the user, while clients of two
// gateways log in, use the sessions, give them other ids, log in again with them, and log out. Each round has
// a user of its own; the connections are used for one after the other.
class EndAllRounds {
 public:
  // Gateways over one store, with a socket for operators.
  EndAllRounds(const WireGateway& one, const WireGateway& other);

  // One round. The seed decides who does what; which of two comes first, only the machine does. Returns what
  // went wrong; empty: nothing.
  std::string race(std::uint64_t seed);

  // How often what has happened.
  [[nodiscard]] const std::map<std::string, long>& tally() const { return tally_; }
  [[nodiscard]] long count(const std::string& what) const {
    const auto found = tally_.find(what);
    return found == tally_.end() ? 0 : found->second;
  }

 private:
  using Dice = std::mt19937_64;
  using Time = std::chrono::steady_clock::time_point;
  using Cookies = std::vector<std::string>;
  enum class By { an_operator, the_user, the_user_but_one };

  struct Login {
    std::string cookie;
    Time sent;
    Time answered;
  };
  // What one client does in a round.
  struct Client {
    std::size_t number = 0;
    Dice dice;
    Cookies current;                // of each session that had begun before: what this client knows of it
    std::vector<Cookies> got = {};  // of each of them: under other ids
    std::vector<Login> logins = {};
    std::map<std::string, long> done = {};
    std::string failure = {};
  };
  // What the end came to.
  struct End {
    By by = By::an_operator;
    std::size_t at = 0;  // which gateway
    Time sent;           // of the call that has ended all
    Time answered;
    bool one_spared = false;
    std::string failure = {};
    std::map<std::string, long> done = {};
  };
  struct Round;

  // One end of a connection, that of a client to one of the gateways.
  Peer& peer(std::size_t client, std::size_t gateway) { return peers_.at(client * 2 + gateway); }
  Answer ask(std::size_t client, std::size_t gateway, const std::string& request) {
    return peer(client, gateway).ask(request);
  }
  Answer ask_for(Client& client, std::size_t gateway, const std::string& request);
  // A connection of its own: one that is idle for long is closed.
  [[nodiscard]] AdminPeer operator_of(std::size_t gateway) const { return AdminPeer(*gateways_.at(gateway)); }
  void begin(Round& round);
  void act(const Round& round, Client& client);
  void act_once(const Round& round, Client& client);
  void log_in(const Round& round, Client& client, const std::string& cookie);
  void regenerate(Client& client, std::size_t session, std::size_t gateway);
  void end_all(const Round& round, End& end, Dice dice);
  int end_once(const Round& round, End& end);
  int end_as_operator(const Round& round, std::size_t gateway, std::size_t& ended);
  void judge(Round& round);
  void judge_last(Round& round, const Cookies& all, std::size_t expected);
  void count(const Round& round, const std::vector<Login>& late, std::size_t survivors);
  // Which of the cookies have a session.
  Cookies alive(std::size_t gateway, const Cookies& cookies);

  std::vector<Peer> peers_;
  std::array<const WireGateway*, 2> gateways_;
  std::map<std::string, long> tally_;
};

}  // namespace session::gateway::test
