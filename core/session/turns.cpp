#include "core/session/turns.h"

#include <chrono>
#include <utility>

#include "core/await.h"

namespace session {
namespace {

// Never runs out: it is cancelled when its turn has come.
using Bell = SteadyTimer;

}  // namespace

// Outlives the Turns for whoever still waits when a loop is torn down.
struct Turns::Line {
  // By key, while somebody has the turn: who waits for it.
  std::unordered_map<std::string, std::deque<std::shared_ptr<Bell>>> waiting;
};

Turns::Turns() : line_(std::make_shared<Line>()) {}

Turns::Turn::Turn(std::shared_ptr<Line> line, std::string key)
    : line_(std::move(line)), key_(std::move(key)) {}

Turns::Turn::~Turn() {
  if (!line_) return;
  const auto found = line_->waiting.find(key_);
  if (found == line_->waiting.end()) return;
  auto& others = found->second;
  if (others.empty()) {
    line_->waiting.erase(found);
    return;
  }
  const std::shared_ptr<Bell> next = std::move(others.front());
  others.pop_front();
  next->cancel();
}

Task<Turns::Turn> Turns::take(std::string key) {
  const std::shared_ptr<Line> line = line_;
  const auto [found, first] = line->waiting.try_emplace(key);
  if (!first) {
    const auto bell = std::make_shared<Bell>(co_await boost::asio::this_coro::executor);
    bell->expires_at(std::chrono::steady_clock::time_point::max());
    line->waiting[key].push_back(bell);
    (void)co_await bell->async_wait(kAwaitTuple);
  }
  co_return Turn(line, std::move(key));
}

}  // namespace session
