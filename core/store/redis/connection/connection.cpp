#include "core/store/redis/connection/connection.h"

#include <exception>
#include <random>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <openssl/crypto.h>

#include "core/base/await.h"
#include "core/store/redis/connection/deadline_guard.h"

namespace session {

namespace asio = boost::asio;

namespace {

// A write buffer that a large value has grown beyond this is freed after the write.
constexpr std::size_t kMaxKeptBytes = std::size_t{256} << 10;

// The reason for a failure by an exception: the process has no memory, threads or descriptors left.
constexpr const char* kOutOfResources = "the gateway itself has run out of something";

std::string in_milliseconds(milliseconds time) { return std::to_string(time.count()) + " ms"; }

}  // namespace

template <class Handler>
struct RedisConnection::CallOf final : CallQueue::Call {
  explicit CallOf(Handler h) : handler(std::move(h)) {}
  void complete(CommandResult&& result) override { std::move(handler)(std::move(result)); }
  Handler handler;
};

RedisConnection::RedisConnection(const Executor& executor, RedisConnectionOptions setup, Locate locate,
                                 const Clock& clock)
    : executor_(executor),
      clock_(clock),
      setup_(std::move(setup)),
      locate_(std::move(locate)),
      machine_(std::random_device()()),
      queue_(setup_.silence, setup_.is_push),
      resolver_(std::make_shared<Resolver>(executor, clock)),
      pause_timer_(executor, clock),
      deadline_timer_(executor, clock) {}

RedisConnection::~RedisConnection() = default;

Task<CommandResult> RedisConnection::ask(Command command, Clock::Steady deadline) {
  if (machine_.fails_fast()) return fail_fast(std::move(command));
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

Task<CommandResult> RedisConnection::fail_fast(Command command) const {
  co_return CommandResult{
      CallFailure{CallFailure::Kind::not_sent, machine_.reason()}, {}, std::move(command)};
}

void RedisConnection::add(CallQueue::CallPtr call) {
  if (const auto at = queue_.add(std::move(call))) set_deadline_timer(*at);
  if (machine_.on_command()) asio::co_spawn(executor_, maintain(shared_from_this()), asio::detached);
  if (flush_posted_ || state() != State::up) return;
  // Where commands come one by one, a turn of the loop for a write of its own is a system call more.
  if (one_by_one_ && queue_.in_flight() == 0) return flush();
  // The flush runs after all handlers that are ready in this turn of the loop, so their commands share one
  // write.
  flush_posted_ = true;
  asio::post(executor_, [self = shared_from_this()] {
    self->flush_posted_ = false;
    self->flush();
  });
}

void RedisConnection::flush() {
  if (state() != State::up || writing_ || !queue_.has_unsent()) return;
  out_.clear();
  const bool none_in_flight = queue_.in_flight() == 0;
  if (const auto at = queue_.send(out_, clock_.steady_now())) set_deadline_timer(*at);
  if (out_.empty()) return;
  one_by_one_ = none_in_flight && queue_.in_flight() == 1;
  const std::size_t sent = transport_->try_send(out_);
  if (sent == out_.size()) {
    if (out_.capacity() > kMaxKeptBytes) out_ = std::string();
    return;
  }
  writing_ = true;
  asio::co_spawn(executor_, write_rest(shared_from_this(), transport_, std::move(out_), sent),
                 [self = shared_from_this(), transport = transport_](const std::exception_ptr& failed) {
                   if (failed && transport == self->transport_) self->renew(kOutOfResources);
                 });
  out_ = std::string();
}

// A write that fails makes read_replies() fail, too.
Task<void> RedisConnection::write_rest(std::shared_ptr<RedisConnection> self,
                                       std::shared_ptr<Transport> transport, std::string bytes,
                                       std::size_t sent) {
  auto written = co_await transport->send(std::string_view(bytes).substr(sent));
  if (transport != self->transport_) co_return;  // The connection was replaced meanwhile.
  if (!written) {
    self->renew(written.error().why);
    co_return;
  }
  self->writing_ = false;
  self->flush();
}

// --- The life of the connection ---

Task<void> RedisConnection::maintain(std::shared_ptr<RedisConnection> self) {
  ConnectMachine& machine = self->machine_;
  while (self->state() != State::stopped) {
    const Clock::Steady begun = self->clock_.steady_now();
    auto up = co_await self->connect();
    if (self->state() == State::stopped) break;
    if (!up) {
      const auto failed = machine.on_connect_failed(up.error().why);
      self->emit(failed);
      // An attempt that took its whole time is repeated at once: a server that hangs finds the next attempt
      // waiting when it goes on.
      co_await self->wait_to_retry(failed.pause, begun);
      continue;
    }
    const CallFailure failure = co_await self->serve();
    self->tell_of_end();
    if (self->state() == State::stopped) break;
    self->transport_->close();
    const bool answered = self->queue_.has_answered();
    const auto action = machine.on_lost(self->clock_.steady_now(), answered, failure.reason);
    self->emit(action);
    self->fail(self->queue_.on_lost(failure.kind), machine.reason());
    co_await self->wait_to_retry(action.pause, self->clock_.steady_now());
  }
}

// Catches all exceptions: one that left maintain(), which is detached, would end the attempts to connect for
// good.
Task<Result<void, ConnectError>> RedisConnection::connect() {
  try {
    co_return co_await try_to_connect();
  } catch (const std::exception&) {
    if (transport_) transport_->close();
  }
  co_return ConnectError(kOutOfResources);
}

// Uses the connection until it ends. Catches all exceptions, as connect() does.
Task<CallFailure> RedisConnection::serve() {
  try {
    queue_.on_connected();
    emit(machine_.on_connected(clock_.steady_now()));
    if (setup_.listener) setup_.listener->on_up(*this);
    flush();
    co_return co_await read_replies(transport_);
  } catch (const std::exception&) {
    transport_->close();
  }
  co_return CallFailure{CallFailure::Kind::lost, kOutOfResources};
}

Task<Result<void, ConnectError>> RedisConnection::try_to_connect() {
  const auto until = clock_.steady_now() + setup_.connect_deadline;
  std::shared_ptr<Transport> transport = Transport::make(executor_, setup_.tls, resolver_, clock_);
  transport_ = transport;
  writing_ = false;
  machine_.on_attempt();
  const std::string& ending = machine_.ending();
  const auto give_up = [this, &transport] {
    transport->close();
    emit(machine_.on_attempt_timeout("no " + std::string(transport->awaited()) + " within " +
                                     in_milliseconds(setup_.connect_deadline)));
  };
  // The deadline includes the look-up of the name.
  const DeadlineGuard guard(executor_, clock_, until, give_up);
  auto address = co_await locate_(until);
  if (!address) co_return ending.empty() ? address.error() : ConnectError(ending);
  machine_.on_located(to_text(*address));
  address_ = *address;
  if (!ending.empty()) co_return ConnectError(ending);
  auto outcome = co_await transport->connect(std::move(*address), until);
  // No password is sent after the deadline.
  if (outcome && ending.empty()) outcome = co_await handshake(transport);
  // The transport and the guard have the same deadline; either may notice it first.
  if (!outcome && ending.empty() && clock_.steady_now() >= until) give_up();
  if (!ending.empty()) outcome = ConnectError(ending);
  if (!outcome) transport->close();
  co_return outcome;
}

Task<Result<void, ConnectError>> RedisConnection::handshake(std::shared_ptr<Transport> transport) {
  reader_ = std::make_unique<ReplyReader>(setup_.max_bytes, setup_.max_elements);
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
    // The server may have sent an error reply with the reason before it closed the connection.
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
  for (;;) {
    if (auto failure = deliver_replies()) co_return std::move(*failure);
    if (queue_.has_room_for_held()) flush();
    const bool due = queue_.in_flight() > 0 || !reader_->empty();
    auto bytes = co_await transport->receive(due ? Transport::Due::something : Transport::Due::nothing);
    if (!machine_.ending().empty()) co_return CallFailure{CallFailure::Kind::lost, machine_.ending()};
    if (!bytes) co_return CallFailure{CallFailure::Kind::lost, bytes.error().why};
    queue_.on_bytes(clock_.steady_now());
    reader_->feed(*bytes);
  }
}

// Delivers all replies and pushes that have arrived. Returns the failure if the connection must end.
std::optional<CallFailure> RedisConnection::deliver_replies() {
  Reply arrived;
  for (;;) {
    const auto whole = reader_->next(arrived);
    if (!whole) return CallFailure{CallFailure::Kind::protocol_error, whole.error()};
    if (!*whole) break;
    if (auto failure = act(queue_.on_arrival(std::move(arrived)))) return failure;
    if (!machine_.ending().empty()) return CallFailure{CallFailure::Kind::lost, machine_.ending()};
  }
  if (reader_->empty()) return std::nullopt;
  const auto unasked = queue_.on_half_reply();
  if (!unasked) return std::nullopt;
  return CallFailure{CallFailure::Kind::protocol_error, std::string(unasked->reason)};
}

std::optional<CallFailure> RedisConnection::act(CallQueue::Arrival arrival) {
  if (auto* complete = std::get_if<CallQueue::Complete>(&arrival)) {
    CallQueue::Call& call = *complete->call;
    call.complete(CommandResult{std::nullopt, std::move(call.replies), std::move(call.command)});
  } else if (auto* push = std::get_if<CallQueue::Push>(&arrival)) {
    if (setup_.on_push) setup_.on_push(std::move(push->push));
  } else if (const auto* error = std::get_if<CallQueue::ProtocolError>(&arrival)) {
    return CallFailure{CallFailure::Kind::protocol_error, std::string(error->reason)};
  }
  return std::nullopt;
}

void RedisConnection::tell_of_end() {
  hearing_ = nullptr;
  if (!setup_.listener) return;
  try {
    setup_.listener->on_end();
  } catch (const std::exception&) {
    // Out of memory: maintain() must go on.
  }
}

void RedisConnection::renew(std::string reason) {
  if (machine_.renew(std::move(reason))) transport_->close();
}

void RedisConnection::stop() {
  emit(machine_.stop());
  if (transport_) transport_->close();
  pause_timer_.cancel();
  deadline_timer_.cancel();
  fail(queue_.on_stopped(), machine_.reason());
}

void RedisConnection::abandon() {
  if (setup_.listener) setup_.listener->on_abandon();
  setup_.listener = nullptr;
  machine_.abandon();
  queue_.abandon();
  setup_.on_event = nullptr;
}

// --- What the machines decide ---

void RedisConnection::emit(const ConnectMachine::Action& action) {
  for (const RedisEvent& event : action.events) tell(setup_.on_event, event);
  if (action.fail_unsent) fail(queue_.on_down(), machine_.reason());
}

Task<void> RedisConnection::wait_to_retry(std::optional<milliseconds> pause, Clock::Steady since) {
  if (pause) (void)co_await pause_timer_.wait_until(since + *pause);
}

// Each command fails in a handler of its own, because its caller may send another command right away.
void RedisConnection::fail(CallQueue::FailedCalls calls, const std::string& reason) {
  for (CallQueue::Failed& failed : calls) {
    asio::post(executor_, [call = std::move(failed.call), kind = failed.kind, reason] {
      call->complete(CommandResult{CallFailure{kind, reason}, {}, std::move(call->command)});
    });
  }
}

// One timer serves all commands. It is set to the earliest deadline, so most commands don't set it.
void RedisConnection::set_deadline_timer(Clock::Steady at) {
  deadline_timer_.start(at, [self = weak_from_this()] {
    if (const auto connection = self.lock()) connection->check_deadlines();
  });
}

void RedisConnection::check_deadlines() {
  CallQueue::Expired expired = queue_.on_deadline(clock_.steady_now());
  const std::string& outage = machine_.reason();
  fail(std::move(expired.unsent), "it could not be sent in time" + (outage.empty() ? "" : "; " + outage));
  fail(std::move(expired.held), machine_.server() + ": not asked, because it answers too slowly");
  fail(std::move(expired.late), machine_.server() + ": no answer in time");
  // The circuit opens until the server answers: otherwise every command would wait for its deadline.
  if (expired.server_is_silent && machine_.on_server_silent()) transport_->close();
  if (expired.next) set_deadline_timer(*expired.next);
  if (state() == State::up && queue_.in_flight() == 0 && !writing_) transport_->look_for_end();
}

}  // namespace session
