#include "core/store/redis/connection/call_queue.h"

#include <algorithm>
#include <utility>

namespace session {
namespace {

using FailureKind = CallFailure::Kind;

void fail(std::deque<CallQueue::CallPtr>& calls, FailureKind kind, CallQueue::FailedCalls& failed) {
  for (auto& call : std::exchange(calls, {})) failed.push_back({std::move(call), kind});
}

}  // namespace

bool CallQueue::add(CallPtr call) {
  const Clock::Steady deadline = call->deadline;
  unsent_.push_back(std::move(call));
  if (timer_at_ && *timer_at_ <= deadline) return false;
  timer_at_ = deadline;
  return true;
}

void CallQueue::send_all(std::string& out) {
  for (auto& call : unsent_) {
    out += call->command.wire;
    sent_.push_back(std::move(call));
  }
  unsent_.clear();
}

CallQueue::Arrival CallQueue::on_reply(Reply reply) {
  if (sent_.empty()) return ProtocolError{"it sent a reply that nobody had asked for"};
  answered_ = true;
  Call& first = *sent_.front();
  first.replies.push_back(std::move(reply));
  if (first.replies.size() < first.command.replies) return Continue{};
  Complete complete{std::move(sent_.front())};
  sent_.pop_front();
  return complete;
}

std::optional<CallQueue::ProtocolError> CallQueue::on_half_reply() const {
  if (!sent_.empty() || is_push_ != nullptr) return std::nullopt;
  return ProtocolError{"it began a reply that nobody had asked for"};
}

CallQueue::Expired CallQueue::on_deadline(Clock::Steady now) {
  Expired expired;
  Calls in_time;
  for (auto& call : unsent_) {
    if (call->deadline <= now) {
      expired.unsent.push_back({std::move(call), FailureKind::not_sent});
    } else {
      in_time.push_back(std::move(call));
    }
  }
  unsent_ = std::move(in_time);
  for (const Calls* calls : {&unsent_, &sent_}) {
    for (const auto& call : *calls) {
      if (call->deadline <= now) {
        expired.server_is_late = true;
      } else {
        expired.next = std::min(expired.next.value_or(call->deadline), call->deadline);
      }
    }
  }
  timer_at_ = expired.next;
  return expired;
}

CallQueue::FailedCalls CallQueue::on_lost(FailureKind first) {
  FailedCalls failed;
  fail(sent_, FailureKind::lost, failed);
  if (!failed.empty()) failed.front().kind = first;
  return failed;
}

CallQueue::FailedCalls CallQueue::on_down() {
  FailedCalls failed;
  fail(unsent_, FailureKind::not_sent, failed);
  return failed;
}

CallQueue::FailedCalls CallQueue::on_stopped() {
  FailedCalls failed;
  fail(sent_, FailureKind::lost, failed);
  fail(unsent_, FailureKind::not_sent, failed);
  return failed;
}

void CallQueue::abandon() {
  // The queues are emptied first: destroying a command destroys the coroutine that awaits it, whose
  // destructors may use this queue.
  const Calls sent = std::exchange(sent_, {});
  const Calls unsent = std::exchange(unsent_, {});
}

}  // namespace session
