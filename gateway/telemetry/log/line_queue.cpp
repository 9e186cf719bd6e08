#include "gateway/telemetry/log/line_queue.h"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/thread.h"

namespace session::gateway {
namespace {

struct QueuedLine {
  LineStyle style;
  std::string text;
  std::uint64_t lost_before = 0;  // the number of lines that were dropped since the line before
};

// A line to write, or the writer for the lines behind it.
using QueueItem = std::variant<QueuedLine, LineWriter>;

// An estimate of the memory that an item takes. It includes the item itself, so that many short lines can't
// exceed the limit by much.
std::size_t cost_of(const QueueItem& item) {
  const QueuedLine* line = std::get_if<QueuedLine>(&item);
  return line == nullptr ? 0 : sizeof item + line->text.size();
}

}  // namespace

struct detail::LineQueueState {
  std::mutex mutex;
  std::condition_variable changed;  // wakes the thread and wait_for_all()
  std::deque<QueueItem> items;
  std::size_t cost = 0;     // of the items, and of the one that is being written
  std::uint64_t lost = 0;   // lines dropped for lack of room since the last queued one
  std::uint64_t taken = 0;  // items that were queued so far
  std::uint64_t done = 0;
  bool ended = false;

  void add(QueueItem item) {
    cost += cost_of(item);
    items.push_back(std::move(item));
    ++taken;
    changed.notify_all();
  }
  void write(LossReportingWriter& lines);
};

namespace {

// Writes a line. If that throws, as for lack of memory, the line is lost: logging must not end the process.
void write(LossReportingWriter& lines, QueueItem item) {
  try {
    if (const QueuedLine* line = std::get_if<QueuedLine>(&item)) {
      lines.put(line->style, line->text, line->lost_before);
    } else {
      lines.go_on_in(std::move(std::get<LineWriter>(item)));
    }
  } catch (const std::exception&) {
    count_lost_line();
  }
}

}  // namespace

// The body of the thread. It owns the lines, so that closing the file blocks no other thread.
void detail::LineQueueState::write(LossReportingWriter& lines) {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return ended || !items.empty(); });
    if (items.empty()) return;
    QueueItem item = std::move(items.front());
    items.pop_front();
    const std::size_t freed = cost_of(item);
    lock.unlock();
    gateway::write(lines, std::move(item));
    lock.lock();
    cost -= freed;
    ++done;
    changed.notify_all();
  }
}

namespace {

using State = detail::LineQueueState;

// The queues whose threads still run, for wait_for_all().
class RunningQueues {
 public:
  void add(const std::shared_ptr<State>& state) {
    const std::lock_guard lock(mutex_);
    std::erase_if(states_, [](const auto& each) { return each.expired(); });
    states_.push_back(state);
  }
  [[nodiscard]] std::vector<std::shared_ptr<State>> all() {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<State>> found;
    for (const auto& each : states_) {
      if (auto state = each.lock()) found.push_back(std::move(state));
    }
    return found;
  }

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<State>> states_;
};

RunningQueues& running_queues() {
  static RunningQueues all;
  return all;
}

}  // namespace

LineQueue::LineQueue(LossReportingWriter lines) : state_(std::make_shared<State>()) {
  running_queues().add(state_);
  const auto own = std::make_shared<LossReportingWriter>(std::move(lines));
  start_thread("log-file", [state = state_, own] { state->write(*own); }).detach();
}

LineQueue::~LineQueue() {
  if (!state_) return;
  const std::lock_guard lock(state_->mutex);
  state_->ended = true;
  state_->changed.notify_all();
}

void LineQueue::put(LineStyle style, std::string line) {
  QueueItem item = QueuedLine{style, std::move(line), 0};
  const std::lock_guard lock(state_->mutex);
  if (state_->cost + cost_of(item) > kMaxBytes) {
    ++state_->lost;
    return count_lost_line();
  }
  std::get<QueuedLine>(item).lost_before = std::exchange(state_->lost, 0);
  state_->add(std::move(item));
}

void LineQueue::go_on_in(LineWriter writer) {
  // `writer` receives the replaced one, and closes it after the lock is released.
  const std::lock_guard lock(state_->mutex);
  auto& items = state_->items;
  const auto waiting = std::find_if(items.begin(), items.end(), [](const QueueItem& item) {
    return std::holds_alternative<LineWriter>(item);
  });
  if (waiting == items.end()) return state_->add(std::move(writer));
  std::get<LineWriter>(*waiting) = std::move(writer);
}

bool LineQueue::wait_for_all(std::chrono::milliseconds most) {
  const auto deadline = std::chrono::steady_clock::now() + most;
  bool all = true;
  for (const auto& state : running_queues().all()) {
    std::unique_lock lock(state->mutex);
    const auto written = [&, taken = state->taken] { return state->done >= taken; };
    all = state->changed.wait_until(lock, deadline, written) && all;
  }
  return all;
}

}  // namespace session::gateway
