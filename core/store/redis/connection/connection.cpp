#include "core/store/redis/connection/connection.h"

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <openssl/crypto.h>

#include "core/base/await.h"

namespace session {

namespace asio = boost::asio;

namespace {

// A buffer that one large value has grown is given back.
constexpr std::size_t kKeptBytes = std::size_t{256} << 10;

// For an exception: of memory, threads or descriptors.
constexpr const char* kOwnFault = "the gateway itself has run out of something";

std::string in_milliseconds(milliseconds time) { return std::to_string(time.count()) + " ms"; }

}  // namespace

template <class Handler>
struct RedisConnection::CallOf final : Call {
  explicit CallOf(Handler to_tell) : handler(std::move(to_tell)) {}
  void complete(CommandResult answered) override { std::move(handler)(std::move(answered)); }
  Handler handler;
};

RedisConnection::RedisConnection(const Executor& executor, RedisConnectionOptions setup, Locate locate)
    : executor_(executor),
      setup_(std::move(setup)),
      locate_(std::move(locate)),
      backoff_(std::random_device()()),
      resolver_(std::make_shared<Resolver>(executor)),
      pause_timer_(executor),
      deadline_timer_(executor) {}

RedisConnection::~RedisConnection() = default;

Task<CommandResult> RedisConnection::ask(Command command, Clock::Steady deadline) {
  if (state_ == State::down || state_ == State::stopped) return refuse(std::move(command));
  return asio::async_initiate<const asio::use_awaitable_t<Executor>, void(CommandResult)>(
      [this](auto handler, Command asked, Clock::Steady until) {
        auto call = std::make_unique<CallOf<decltype(handler)>>(std::move(handler));
        call->command = std::move(asked);
        call->deadline = until;
        call->replies.reserve(call->command.replies);
        add(std::move(call));
      },
      kAwait, std::move(command), deadline);
}

Task<CommandResult> RedisConnection::refuse(Command command) const {
  co_return CommandResult{CallFailure{CallFailure::Kind::not_sent, reason_}, {}, std::move(command)};
}

void RedisConnection::add(std::unique_ptr<Call> call) {
  watch(call->deadline);
  waiting_.push_back(std::move(call));
  if (state_ == State::idle) {
    state_ = State::connecting;
    asio::co_spawn(executor_, maintain(shared_from_this()), asio::detached);
  }
  if (flush_posted_ || state_ != State::up) return;
  // Behind everything that is ready to run in this turn of the loop, so that its commands go along.
  flush_posted_ = true;
  asio::post(executor_, [self = shared_from_this()] {
    self->flush_posted_ = false;
    self->flush();
  });
}

void RedisConnection::flush() {
  if (state_ != State::up || writing_ || waiting_.empty()) return;
  out_.clear();
  for (auto& call : waiting_) {
    out_ += call->command.wire;
    sent_.push_back(std::move(call));
  }
  waiting_.clear();
  const std::size_t sent = transport_->try_send(out_);
  if (sent == out_.size()) {
    if (out_.capacity() > kKeptBytes) out_ = std::string();
    return;
  }
  writing_ = true;
  asio::co_spawn(executor_, write_rest(shared_from_this(), transport_, std::move(out_), sent),
                 [self = shared_from_this(), transport = transport_](const std::exception_ptr& failed) {
                   if (failed && transport == self->transport_) self->end(State::connecting, kOwnFault);
                 });
  out_ = std::string();
}

// What fails here shows in read_replies(), too.
Task<void> RedisConnection::write_rest(std::shared_ptr<RedisConnection> self,
                                       std::shared_ptr<Transport> transport, std::string bytes,
                                       std::size_t sent) {
  auto written = co_await transport->send(std::string_view(bytes).substr(sent));
  if (transport != self->transport_) co_return;  // another connection by now
  if (!written) {
    self->end(State::connecting, written.error().why);
    co_return;
  }
  self->writing_ = false;
  self->flush();
}

// --- The life of the connection ---

Task<void> RedisConnection::maintain(std::shared_ptr<RedisConnection> self) {
  while (self->state_ != State::stopped) {
    auto up = co_await self->connect();
    if (self->state_ == State::stopped) break;
    if (!up) {
      self->down(up.error().why);
      co_await self->wait_to_retry();
      continue;
    }
    const CallFailure failure = co_await self->serve();
    if (self->state_ == State::stopped) break;
    self->lost(failure);
    // A server that takes connections and does nothing, or nothing right, must not be called on without end.
    if (!self->lasted_) co_await self->wait_to_retry();
  }
}

// Nobody awaits maintain(), so an exception would end it, and leave the link in its state for ever.
Task<Result<void, ConnectError>> RedisConnection::connect() {
  try {
    co_return co_await try_to_connect();
  } catch (const std::exception&) {
    if (transport_) transport_->close();
  }
  co_return ConnectError(kOwnFault);
}

// The same for the connection that was made.
Task<CallFailure> RedisConnection::serve() {
  try {
    connected();
    co_return co_await read_replies(transport_);
  } catch (const std::exception&) {
    transport_->close();
  }
  co_return CallFailure{CallFailure::Kind::lost, kOwnFault};
}

Task<Result<void, ConnectError>> RedisConnection::try_to_connect() {
  const auto until = system_clock().steady_now() + setup_.connect_deadline;
  std::shared_ptr<Transport> transport = Transport::make(executor_, setup_.tls, resolver_);
  transport_ = transport;
  writing_ = useful_ = false;
  ending_.clear();
  const auto give_up = [this, &transport] {
    transport->close();
    ending_ =
        "no " + std::string(transport->awaited()) + " within " + in_milliseconds(setup_.connect_deadline);
    if (state_ == State::connecting) down(ending_);
  };
  // Not even a name server that does not answer keeps commands waiting longer.
  const DeadlineGuard guard(executor_, until, give_up);
  auto address = co_await locate_(until);
  if (!address) co_return ending_.empty() ? address.error() : ConnectError(ending_);
  server_ = to_text(*address);
  if (!ending_.empty()) co_return ConnectError(ending_);
  auto outcome = co_await transport->connect(std::move(*address), until);
  // No password goes out on what was given up meanwhile.
  if (outcome && ending_.empty()) outcome = co_await handshake(transport);
  // Whichever of the two that look at the time was first.
  if (!outcome && ending_.empty() && system_clock().steady_now() >= until) give_up();
  if (!ending_.empty()) outcome = ConnectError(ending_);
  if (!outcome) transport->close();
  co_return outcome;
}

Task<Result<void, ConnectError>> RedisConnection::handshake(std::shared_ptr<Transport> transport) {
  reader_ = std::make_unique<ReplyReader>(setup_.most_bytes, setup_.most_elements);
  Command command = setup_.handshake.command();
  auto sent = co_await transport->send(command.wire);
  OPENSSL_cleanse(command.wire.data(), command.wire.size());
  if (!sent) co_return sent;
  std::vector<Reply> replies;
  while (replies.size() < command.replies) {
    auto reply = reader_->next();
    if (!reply) co_return ConnectError(reply.error());
    if (*reply) {
      replies.push_back(std::move(**reply));
      continue;
    }
    auto bytes = co_await transport->receive();
    if (!bytes && replies.empty()) co_return bytes.error();
    // It may have said why before it hung up.
    if (!bytes) break;
    reader_->feed(*bytes);
  }
  const std::string refusal = setup_.handshake.refusal(replies);
  if (!refusal.empty()) co_return ConnectError(refusal);
  if (replies.size() < command.replies) co_return ConnectError("it ended the connection during the greeting");
  if (!reader_->empty()) co_return ConnectError("it said more than it was asked");
  co_return Result<void, ConnectError>();
}

Task<CallFailure> RedisConnection::read_replies(std::shared_ptr<Transport> transport) {
  using Kind = CallFailure::Kind;
  for (;;) {
    for (;;) {
      auto reply = reader_->next();
      if (!reply) co_return CallFailure{Kind::protocol_error, reply.error()};
      if (!*reply) break;
      const bool asked_for = deliver(std::move(**reply));
      if (!asked_for)
        co_return CallFailure{Kind::protocol_error, "it sent a reply that nobody had asked for"};
      if (!ending_.empty()) co_return CallFailure{Kind::lost, ending_};
    }
    if (sent_.empty() && !reader_->empty())
      co_return CallFailure{Kind::protocol_error, "it began a reply that nobody had asked for"};
    auto bytes = co_await transport->receive();
    if (!ending_.empty()) co_return CallFailure{Kind::lost, ending_};
    if (!bytes) co_return CallFailure{Kind::lost, bytes.error().why};
    reader_->feed(*bytes);
  }
}

bool RedisConnection::deliver(Reply reply) {
  if (sent_.empty()) return false;
  useful_ = true;
  sent_.front()->replies.push_back(std::move(reply));
  if (sent_.front()->replies.size() < sent_.front()->command.replies) return true;
  const std::unique_ptr<Call> call = std::move(sent_.front());
  sent_.pop_front();
  call->complete(CommandResult{std::nullopt, std::move(call->replies), std::move(call->command)});
  return true;
}

void RedisConnection::connected() {
  state_ = State::up;
  told_down_ = false;
  reason_.clear();
  up_since_ = system_clock().steady_now();
  const bool elsewhere = !last_server_.empty() && server_ != last_server_;
  last_server_ = server_;
  if (elsewhere) tell(RedisEvent::Kind::moved, {});
  tell(RedisEvent::Kind::connected, {});
  flush();
}

void RedisConnection::lost(const CallFailure& failure) {
  transport_->close();
  reason_ = server_ + ": " + failure.reason;
  lasted_ = useful_ && system_clock().steady_now() - up_since_ >= kYoung;
  if (lasted_) backoff_.reset();
  tell(RedisEvent::Kind::lost, failure.reason);
  if (state_ == State::up) state_ = State::connecting;
  if (state_ == State::down) down(failure.reason);
  fail_sent(failure.kind);
}

// What makes no sense was meant for the first that waits. Those behind it have done nothing wrong.
void RedisConnection::fail_sent(CallFailure::Kind first) {
  Calls guilty;
  if (!sent_.empty()) {
    guilty.push_back(std::move(sent_.front()));
    sent_.pop_front();
  }
  fail_all(guilty, first, reason_);
  fail_all(sent_, CallFailure::Kind::lost, reason_);
}

void RedisConnection::down(const std::string& why) {
  reason_ = server_.empty() ? why : server_ + ": " + why;
  state_ = State::down;
  if (!std::exchange(told_down_, true)) tell(RedisEvent::Kind::down, why);
  fail_all(waiting_, CallFailure::Kind::not_sent, reason_);
}

Task<void> RedisConnection::wait_to_retry() {
  pause_timer_.expires_after(backoff_.next());
  (void)co_await pause_timer_.async_wait(kAwaitTuple);
}

void RedisConnection::tell(RedisEvent::Kind kind, const std::string& reason) const {
  if (!setup_.on_event) return;
  const RedisEvent event{kind, server_, reason};
  try {
    setup_.on_event(event);
  } catch (const std::exception&) {
    // Sessions go on without somebody who hears of it.
  }
}

milliseconds RedisConnection::age() const {
  if (state_ != State::up) return milliseconds(0);
  return std::chrono::duration_cast<milliseconds>(system_clock().steady_now() - up_since_);
}

void RedisConnection::renew(std::string reason) { end(State::connecting, std::move(reason)); }

// Ends the connection from this side. No command goes out on it any more.
void RedisConnection::end(State then, std::string why) {
  if (state_ != State::up) return;
  state_ = then;
  ending_ = std::move(why);
  transport_->close();
}

void RedisConnection::stop() {
  state_ = State::stopped;
  reason_ = "it is not asked any more";
  if (!server_.empty()) tell(RedisEvent::Kind::left, reason_);
  ending_ = reason_;
  if (transport_) transport_->close();
  pause_timer_.cancel();
  deadline_timer_.cancel();
  fail_all(sent_, CallFailure::Kind::lost, reason_);
  fail_all(waiting_, CallFailure::Kind::not_sent, reason_);
}

void RedisConnection::abandon() {
  state_ = State::stopped;
  const Calls sent = std::move(sent_);
  const Calls waiting = std::move(waiting_);
  setup_.on_event = nullptr;
}

// --- Deadlines ---

// Each is told in a turn of its own: whoever hears it may ask again right there.
void RedisConnection::fail_all(Calls& calls, CallFailure::Kind kind, const std::string& reason) {
  for (auto& call : std::exchange(calls, {})) {
    asio::post(executor_, [failed = std::move(call), kind, reason] {
      failed->complete(CommandResult{CallFailure{kind, reason}, {}, std::move(failed->command)});
    });
  }
}

// One timer for all calls, set to the earliest deadline and not with each call anew.
void RedisConnection::watch(Clock::Steady deadline) {
  if (watched_ && *watched_ <= deadline) return;
  watched_ = deadline;
  deadline_timer_.expires_at(deadline);
  deadline_timer_.async_wait([self = weak_from_this()](const boost::system::error_code& error) {
    const auto connection = self.lock();
    if (error || !connection) return;
    connection->watched_.reset();
    connection->check_deadlines();
  });
}

void RedisConnection::check_deadlines() {
  const Clock::Steady now = system_clock().steady_now();
  Calls late;
  Calls in_time;
  for (auto& call : waiting_) (call->deadline <= now ? late : in_time).push_back(std::move(call));
  waiting_ = std::move(in_time);
  fail_all(late, CallFailure::Kind::not_sent,
           "it could not be sent in time" + (reason_.empty() ? "" : "; " + reason_));
  const auto expired = [now](const auto& call) { return call->deadline <= now; };
  // A server that hangs would make every command wait for its deadline: fail at once until it answers again.
  if (std::any_of(sent_.begin(), sent_.end(), expired)) end(State::down, "no answer in time");
  for (const Calls* calls : {&waiting_, &sent_}) {
    for (const auto& call : *calls) {
      if (call->deadline > now) watch(call->deadline);
    }
  }
}

}  // namespace session
