#include "core/store/redis/connection/call_queue.h"

#include <algorithm>
#include <utility>

namespace session {
namespace {

using FailureKind = CallFailure::Kind;

void fail(std::deque<CallQueue::CallPtr>& calls, FailureKind kind, CallQueue::FailedCalls& failed) {
  for (auto& call : std::exchange(calls, {})) failed.push_back({std::move(call), kind});
}

void call_again(std::optional<Clock::Steady>& next, Clock::Steady at) {
  next = std::min(next.value_or(at), at);
}

}  // namespace

std::optional<Clock::Steady> CallQueue::add(CallPtr call) {
  unsent_.push_back(std::move(call));
  return sooner(send_by(*unsent_.back()));
}

std::optional<Clock::Steady> CallQueue::sooner(Clock::Steady at) {
  if (timer_at_ && *timer_at_ <= at) return std::nullopt;
  timer_at_ = at;
  return at;
}

std::optional<Clock::Steady> CallQueue::send(std::string& out, Clock::Steady now) {
  if (sent_.empty()) heard_at_ = replied_at_ = now;
  const std::size_t room = std::min(window_.room(sent_.size()), unsent_.size());
  for (std::size_t i = 0; i < room; ++i) {
    CallPtr call = std::move(unsent_.front());
    unsent_.pop_front();
    out += call->command.wire;
    const std::size_t due = call->command.replies;
    sent_.push_back({std::move(call), due});
  }
  holds_ = !unsent_.empty();
  std::optional<Clock::Steady> next;
  for (const auto& call : unsent_) {
    if (const auto at = sooner(send_by(*call))) next = at;
  }
  return next;
}

void CallQueue::on_connected() {
  answered_ = false;
  window_.reset();
}

CallQueue::Arrival CallQueue::on_reply(Reply&& reply) {
  if (sent_.empty()) return ProtocolError{"it sent a reply that nobody had asked for"};
  answered_ = true;
  replied_at_ = heard_at_;
  Sent& first = sent_.front();
  if (first.call) first.call->replies.push_back(std::move(reply));
  if (--first.due_replies > 0) return Continue{};
  CallPtr call = std::move(first.call);
  sent_.pop_front();
  if (!call) return Continue{};
  if (window_.is_limited())
    window_.on_reply(std::chrono::duration_cast<milliseconds>(call->deadline - heard_at_));
  return Complete{std::move(call)};
}

std::optional<CallQueue::ProtocolError> CallQueue::on_half_reply() const {
  if (!sent_.empty() || is_push_ != nullptr) return std::nullopt;
  return ProtocolError{"it began a reply that nobody had asked for"};
}

CallQueue::Expired CallQueue::on_deadline(Clock::Steady now) {
  Expired expired;
  expire_unsent(now, expired);
  holds_ = holds_ && !unsent_.empty();
  expire_sent(now, expired);
  timer_at_ = expired.next;
  return expired;
}

Clock::Steady CallQueue::send_by(const Call& call) const {
  return holds_ ? call.deadline - (period_ - period_ / 4) : call.deadline;
}

void CallQueue::expire_unsent(Clock::Steady now, Expired& expired) {
  Calls in_time;
  for (auto& call : unsent_) {
    if (send_by(*call) <= now) {
      FailedCalls& failed = holds_ ? expired.held : expired.unsent;
      failed.push_back({std::move(call), FailureKind::not_sent});
    } else {
      call_again(expired.next, send_by(*call));
      in_time.push_back(std::move(call));
    }
  }
  unsent_ = std::move(in_time);
}

void CallQueue::expire_sent(Clock::Steady now, Expired& expired) {
  bool any_late = false;
  for (Sent& sent : sent_) {
    if (sent.call && sent.call->deadline > now) {
      call_again(expired.next, sent.call->deadline);
      continue;
    }
    any_late = true;
    if (sent.call) expired.late.push_back({std::exchange(sent.call, nullptr), FailureKind::late});
  }
  if (!any_late) return;
  if (!expired.late.empty()) window_.on_late(sent_.size(), now);
  expired.server_is_silent = silent_at() <= now;
  if (!expired.server_is_silent) call_again(expired.next, silent_at());
}

Clock::Steady CallQueue::silent_at() const {
  return std::min(heard_at_ + period_, replied_at_ + kMaxPeriodsWithoutReply * period_);
}

void CallQueue::fail_sent(FailedCalls& failed) {
  for (Sent& sent : std::exchange(sent_, {})) {
    if (sent.call) failed.push_back({std::move(sent.call), FailureKind::lost});
  }
}

CallQueue::FailedCalls CallQueue::on_lost(FailureKind first) {
  FailedCalls failed;
  holds_ = false;
  const bool first_waits = !sent_.empty() && sent_.front().call;
  fail_sent(failed);
  if (first_waits) failed.front().kind = first;
  return failed;
}

CallQueue::FailedCalls CallQueue::on_down() {
  FailedCalls failed;
  fail(unsent_, FailureKind::not_sent, failed);
  return failed;
}

CallQueue::FailedCalls CallQueue::on_stopped() {
  FailedCalls failed;
  fail_sent(failed);
  fail(unsent_, FailureKind::not_sent, failed);
  return failed;
}

void CallQueue::abandon() {
  // The queues are emptied first: destroying a command destroys the coroutine that awaits it, whose
  // destructors may use this queue.
  const std::deque<Sent> sent = std::exchange(sent_, {});
  const Calls unsent = std::exchange(unsent_, {});
}

}  // namespace session
