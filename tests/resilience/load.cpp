#include "tests/resilience/load.h"

#include <chrono>
#include <random>
#include <stdexcept>

namespace session::gateway::test {
namespace {

// One question of the visitor, chosen by a number below the sum of all parts.
Judgement ask_one(const Mix& mix, unsigned part, Visitor& visitor, Peer& peer) {
  if (part < mix.checks) return visitor.check(peer);
  part -= mix.checks;
  if (part < mix.reads) return visitor.read(peer);
  part -= mix.reads;
  if (part < mix.writes) return visitor.write(peer);
  part -= mix.writes;
  return part < mix.strangers ? ask_as_stranger(peer) : visitor.forge(peer);
}

}  // namespace

Load::Load(const Gateways& gateways, std::list<Visitor>& visitors, Tally& tally, const Mix& mix,
           unsigned threads)
    : gateways_(gateways), tally_(tally), mix_(mix) {
  for (Visitor& visitor : visitors) visitors_.push_back(&visitor);
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this, i](const std::stop_token& stop) { ask(i + 1, stop); });
  }
}

void Load::ask(unsigned seed, const std::stop_token& stop) {
  const Moment began = std::chrono::steady_clock::now();
  try {
    std::vector<Peer> peers;
    for (const auto& gateway : gateways_) peers.push_back(gateway->unix_peer());
    ask_over(peers, seed, stop);
  } catch (const std::runtime_error& error) {
    const Judgement broken{Judgement::Kind::wrong, error.what()};
    tally_.add(broken, began, began);
  }
}

void Load::ask_over(std::vector<Peer>& peers, unsigned seed, const std::stop_token& stop) {
  std::minstd_rand random(seed);
  const auto below = [&random](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
  };
  const unsigned parts = mix_.checks + mix_.reads + mix_.writes + mix_.strangers + mix_.forgers;
  while (!stop.stop_requested()) {
    Visitor& visitor = *visitors_[below(visitors_.size())];
    Peer& peer = peers[below(peers.size())];
    const auto part = static_cast<unsigned>(below(parts));
    const Moment asked = std::chrono::steady_clock::now();
    const Judgement judgement = ask_one(mix_, part, visitor, peer);
    tally_.add(judgement, asked, std::chrono::steady_clock::now());
  }
}

}  // namespace session::gateway::test
