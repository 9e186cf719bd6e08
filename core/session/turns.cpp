#include "core/session/turns.h"

#include <optional>
#include <utility>

#include "core/await.h"

namespace session {
namespace {

// Never runs out: it is cancelled when its turn has come.
using Bell = SteadyTimer;

}  // namespace

// Of one who waits. Belongs to whoever waits alone: when a loop is torn down it goes with that.
struct Turns::Waiter {
  explicit Waiter(const Executor& executor) : bell(executor, Bell::time_point::max()) {}
  Bell bell;
  std::optional<Turn> turn = {};  // once it has come; passed on if nobody is left to take it
};

// Outlives the Turns for whoever still waits when a loop is torn down.
struct Turns::Line {
  // By key, while somebody has the turn: who waits for it, or did.
  std::unordered_map<std::string, std::deque<std::weak_ptr<Waiter>>> waiting;
};

Turns::Turns() : line_(std::make_shared<Line>()) {}

Turns::Turn::Turn(std::shared_ptr<Line> line, std::string key)
    : line_(std::move(line)), key_(std::move(key)) {}

Turns::Turn::~Turn() {
  if (!line_) return;
  const auto found = line_->waiting.find(key_);
  if (found == line_->waiting.end()) return;
  auto& others = found->second;
  std::shared_ptr<Waiter> next;
  while (!next && !others.empty()) {
    next = others.front().lock();
    others.pop_front();
  }
  if (!next) {
    line_->waiting.erase(found);
    return;
  }
  next->turn.emplace(line_, key_);
  next->bell.cancel();
}

Task<Turns::Turn> Turns::take(std::string key) {
  const std::shared_ptr<Line> line = line_;
  const auto [found, first] = line->waiting.try_emplace(key);
  if (first) co_return Turn(line, std::move(key));
  const auto waiter = std::make_shared<Waiter>(co_await boost::asio::this_coro::executor);
  line->waiting[key].push_back(waiter);
  while (!waiter->turn) (void)co_await waiter->bell.async_wait(kAwaitTuple);
  co_return std::move(*waiter->turn);
}

}  // namespace session
