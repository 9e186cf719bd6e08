#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <boost/test/unit_test.hpp>

#include "core/store/redis/connection/call_queue.h"
#include "core/store/redis/resp/reply_reader.h"

namespace session::test {

struct NamedCall final : CallQueue::Call {
  explicit NamedCall(std::string n) : name(std::move(n)) {}
  void complete(CommandResult&&) override {}
  std::string name;
};

inline std::string name_of(const CallQueue::CallPtr& call) {
  return static_cast<const NamedCall&>(*call).name;
}

inline std::string shown(const CallQueue::FailedCalls& failed) {
  static const std::map<CallFailure::Kind, std::string> kinds = {
      {CallFailure::Kind::not_sent, "not_sent"},
      {CallFailure::Kind::lost, "lost"},
      {CallFailure::Kind::late, "late"},
      {CallFailure::Kind::protocol_error, "protocol_error"}};
  std::string all;
  for (const auto& one : failed) all += name_of(one.call) + ":" + kinds.at(one.kind) + " ";
  return all;
}

// A queue, and the bytes and times that reach it. All results are shown as text.
struct TestedQueue {
  static constexpr Clock::Steady kStart{std::chrono::seconds(1000)};
  static constexpr milliseconds kPeriod{300};
  CallQueue queue;

  explicit TestedQueue(PushClassifier is_push = nullptr, milliseconds period = kPeriod)
      : queue(period, is_push) {}

  bool add(const std::string& name, milliseconds time = milliseconds(250), std::size_t replies = 1) {
    auto call = std::make_unique<NamedCall>(name);
    call->command.wire = name + ";";
    call->command.replies = replies;
    call->deadline = kStart + time;
    return queue.add(std::move(call)).has_value();
  }
  std::string send(milliseconds at = milliseconds(0)) {
    std::string out;
    (void)queue.send(out, kStart + at);
    return out;
  }
  // What these bytes mean, as a connection reads them.
  std::string arrive(std::string_view bytes, milliseconds at = milliseconds(0)) {
    queue.on_bytes(kStart + at);
    reader.feed(bytes);
    std::string all;
    for (;;) {
      auto reply = reader.next();
      BOOST_TEST_REQUIRE(reply.has_value());
      if (!*reply) break;
      all += shown(queue.on_arrival(std::move(**reply)));
    }
    if (reader.empty()) return all;
    const auto error = queue.on_half_reply();
    return all + (error ? std::string(error->reason) : "half ");
  }

 private:
  static std::string shown(const CallQueue::Arrival& arrival) {
    if (const auto* complete = std::get_if<CallQueue::Complete>(&arrival)) {
      std::string text = name_of(complete->call);
      for (const Reply& reply : complete->call->replies)
        text += reply.is(Reply::Kind::integer) ? "=" + std::to_string(reply.integer) : "=" + reply.text;
      return text + " ";
    }
    if (std::holds_alternative<CallQueue::Push>(arrival)) return "push ";
    if (const auto* error = std::get_if<CallQueue::ProtocolError>(&arrival))
      return std::string(error->reason);
    return "continue ";
  }
  ReplyReader reader{100'000};
};

}  // namespace session::test
