#pragma once

#include <list>
#include <memory>
#include <thread>
#include <vector>

#include "tests/resilience/simulated_browser.h"
#include "tests/resilience/tally.h"

namespace session::gateway::test {

using Gateways = std::vector<std::unique_ptr<WireGateway>>;

// What is asked, in parts of all that is asked at random.
struct Mix {
  unsigned checks = 6;
  unsigned reads = 3;
  unsigned writes = 3;
  unsigned strangers = 1;  // without a cookie
  unsigned forgers = 1;
};

// Visitors who ask gateways at random, one request after the other on a few threads, each over a kept
// connection to each gateway, until this object goes. A thread whose connection breaks says so in the tally,
// and ends.
class Load {
 public:
  // All outlive it.
  Load(const Gateways& gateways, std::list<Visitor>& visitors, Tally& tally, const Mix& mix,
       unsigned threads);
  void stop() { threads_.clear(); }

 private:
  void ask(unsigned seed, const std::stop_token& stop);
  void ask_over(std::vector<Peer>& peers, unsigned seed, const std::stop_token& stop);

  const Gateways& gateways_;
  std::vector<Visitor*> visitors_;
  Tally& tally_;
  Mix mix_;
  std::vector<std::jthread> threads_;
};

}  // namespace session::gateway::test
