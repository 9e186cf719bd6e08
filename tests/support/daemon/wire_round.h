#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/daemon/wire_gateway.h"

namespace session::gateway::test {

// What requests do to one session at the same moment.
enum class Act { destroy, set, check, regenerate };
[[nodiscard]] std::string_view to_text(Act act);

inline constexpr std::size_t kActs = 4;
using Order = std::array<Act, kActs>;

// One login of alice, and the requests that race for her session: each over a connection of its own, every
// other one to the other gateway. Used for one round after the other. Its steps only send, so that many
// rounds can be under way at once, or only read.
class Round {
 public:
  Round(const WireGateway& one, const WireGateway& other);

  void send_login();
  void read_login();
  // Gives the session another id. The destroy that comes then has the cookie from before all the same.
  void send_move();
  void read_move();
  // In which order the acts are sent; the n-th goes over the n-th connection.
  void choose(const Order& order) { order_ = order; }
  void send_act(std::size_t n);
  void read_acts();
  // Shows every cookie that an answer of this round has set to one of the gateways.
  void send_cookies();
  void read_cookies();

  // As "401 revoked": the status, "new" if the answer sets a cookie, and the reason if there is one.
  [[nodiscard]] const std::string& outcome(Act act) const {
    return outcomes_.at(static_cast<std::size_t>(act));
  }
  // How many of the cookies still open a session with alice's data.
  [[nodiscard]] int alive() const { return alive_; }

 private:
  void read_new_cookie();
  [[nodiscard]] Peer& peer(std::size_t n) { return peers_.at(n % peers_.size()); }

  std::vector<Peer> peers_;
  std::string first_cookie_;
  std::string cookie_;
  Order order_{};
  std::vector<std::string> given_;  // every cookie of the round, once
  std::array<std::string, kActs> outcomes_;
  int alive_ = 0;
};

}  // namespace session::gateway::test
