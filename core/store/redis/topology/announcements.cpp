#include "core/store/redis/topology/announcements.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "core/crypto/base64url.h"
#include "core/crypto/random.h"
#include "core/store/redis/resp/server_error.h"
#include "core/store/redis/topology/topology.h"

namespace session {
namespace {

constexpr std::string_view kChannel = "__redis__:invalidate";
constexpr milliseconds kShortestPause{1000};
// Also for a server that has refused: it will only do otherwise because of a change that an operator makes.
constexpr milliseconds kLongestPause{60'000};
// So many messages may be under way before the second connection counts as lost.
constexpr std::uint64_t kMostUnheard = 3;

bool is_message(const Reply& arrived) {
  return arrived.is(Reply::Kind::array) && arrived.elements.size() == 3 &&
         arrived.elements.front().bytes.view() == "message";
}

std::string new_channel() {
  std::string channel(kChannel);
  channel += ':';
  append_base64url(channel, system_random().bytes(16));
  return channel;
}

// Whether a server that says so will say it again, however often it is asked.
bool is_final(std::string_view error) {
  return error.starts_with("NOPERM") || error.starts_with("ERR unknown") ||
         error.starts_with("ERR Unknown") || error.starts_with("ERR syntax");
}

std::string why_refused(const Reply& error, std::string_view what) {
  if (is_final(error.text) && error.text.starts_with("ERR"))
    return std::string(what) + " failed: it does not know how to (it takes Redis 6 or later)";
  return read_error(error.text, what).sentence;
}

}  // namespace

// Tells the announcements that the subscriber's connection has ended: another one would not be subscribed.
class Announcements::EndOfSubscriber final : public ConnectionListener {
 public:
  EndOfSubscriber(std::weak_ptr<Announcements> of, std::string channel)
      : of_(std::move(of)), channel_(std::move(channel)) {}
  void on_up(RedisConnection&) override {}
  void on_end() override {
    const auto announcements = of_.lock();
    if (!announcements || announcements->channel_ != channel_) return;
    announcements->subscriber_ended_ = true;
    announcements->end_hearing();
    if (announcements->timer_) announcements->timer_->cancel();
  }
  void on_abandon() override {}

 private:
  std::weak_ptr<Announcements> of_;
  std::string channel_;  // of the try that the subscriber is for
};

Announcements::Announcements(const Executor& executor, std::shared_ptr<const RedisSetup> setup)
    : executor_(executor), setup_(std::move(setup)), cache_(setup_->near_cache) {}

Announcements::~Announcements() = default;

// --- What becomes of the connection ---

void Announcements::on_up(RedisConnection& connection) {
  ++life_;
  boost::asio::co_spawn(executor_, listen(shared_from_this(), connection.shared_from_this(), life_),
                        boost::asio::detached);
}

void Announcements::on_end() {
  ++life_;
  end_hearing();
  drop_subscriber();
}

// The connection lives, and so does the server, but others decide now what becomes of its entries.
void Announcements::on_replaced() {
  const ConnectionPtr data = data_.lock();
  if (!hearing_ || !data) return;
  const Clock::Steady until = hearing_->until();
  hearing_->end_for_good();
  hearing_ = std::make_shared<Hearing>(until);
  data->set_hearing(hearing_);
  cache_->on_deaf();
  cache_->on_hearing();
}

void Announcements::on_abandon() {
  ++life_;
  end_hearing();
  if (former_) former_->end_for_good();
  if (subscriber_) subscriber_->abandon();
}

Task<void> Announcements::listen(std::shared_ptr<Announcements> self, ConnectionPtr data,
                                 std::uint64_t life) {
  const Clock& clock = self->setup_->clock;
  for (;;) {
    while (self->life_ == life && clock.steady_now() < self->not_before_) {
      self->cache_->sweep();
      co_await pause(kShortestPause, clock);
    }
    if (self->life_ != life) co_return;
    self->not_before_ = clock.steady_now() + kShortestPause;
    Deaf deaf{"the gateway itself has run out of something"};
    try {
      deaf = co_await self->hear_until_deaf(data, life);
      if (self->life_ != life) co_return;
      co_await self->untrack(data);
    } catch (const std::exception&) {
      // Out of memory, threads or descriptors: the next try may find some.
    }
    if (self->life_ != life) co_return;
    self->end_hearing();
    self->drop_subscriber();
    const RedisEvent event{RedisEvent::Kind::unannounced, data->server(), deaf.why};
    tell(self->setup_->options.on_event, event);
    self->pause_ = deaf.refused ? kLongestPause : std::clamp(2 * self->pause_, kShortestPause, kLongestPause);
    self->not_before_ = clock.steady_now() + self->pause_;
  }
}

// After each wait the members may belong to the try of the connection's next life.
Task<Announcements::Deaf> Announcements::hear_until_deaf(ConnectionPtr data, std::uint64_t life) {
  channel_ = new_channel();
  subscriber_ended_ = tracks_ = false;
  beat_ = heard_beat_ = 0;
  timer_ = std::make_shared<Timer>(executor_, setup_->clock);
  const ConnectionPtr subscriber = make_subscriber(*data);
  subscriber_ = subscriber;
  const std::shared_ptr<Timer> timer = timer_;
  auto id = co_await subscribe(subscriber);
  if (!id) co_return id.error();
  if (!goes_on(life)) co_return hung_up();
  auto sent = co_await beat(data);
  if (!sent) co_return sent.error();
  if (goes_on(life) && heard_beat_ == 0) (void)co_await timer->wait_until(deadline());
  if (!goes_on(life)) co_return hung_up();
  if (heard_beat_ == 0) co_return Deaf{"what is published does not arrive"};
  auto tracked = co_await track(data, *id);
  if (!tracked) co_return tracked.error();
  if (!goes_on(life)) co_return hung_up();
  begin_hearing(data);
  co_return co_await stay_hearing(data, life);
}

Task<Announcements::Deaf> Announcements::stay_hearing(ConnectionPtr data, std::uint64_t life) {
  const std::shared_ptr<Timer> timer = timer_;
  for (;;) {
    (void)co_await timer->wait_until(beat_sent_at_ + kHeartbeat);
    if (!goes_on(life)) co_return hung_up();
    cache_->sweep();
    if (beat_ - heard_beat_ >= kMostUnheard) co_return Deaf{"what is published does not arrive"};
    auto sent = co_await beat(data);
    if (!goes_on(life)) co_return hung_up();
    if (!sent) co_return sent.error();
  }
}

// --- The commands ---

Clock::Steady Announcements::deadline() const {
  return setup_->clock.steady_now() + setup_->options.deadline;
}

Announcements::ConnectionPtr Announcements::make_subscriber(const RedisConnection& data) {
  RedisConnectionOptions options = setup_->to_server();
  options.on_event = nullptr;  // begin_hearing() and listen() tell what concerns the operator
  options.is_push = is_message;
  options.on_push = [weak = weak_from_this(), channel = channel_](const Reply& push) {
    const auto self = weak.lock();
    if (self && self->channel_ == channel) self->hear(push);
  };
  options.listener = std::make_shared<EndOfSubscriber>(weak_from_this(), channel_);
  auto locate = [address = data.address()](Clock::Steady) -> Task<Result<RedisAddress, ConnectError>> {
    co_return address;
  };
  return std::make_shared<RedisConnection>(executor_, std::move(options), locate, setup_->clock);
}

Announcements::Asked<std::int64_t> Announcements::subscribe(ConnectionPtr subscriber) {
  Command command;
  command.then({"CLIENT", "ID"}).then({"SUBSCRIBE", kChannel}).then({"SUBSCRIBE", channel_});
  const CommandResult result = co_await subscriber->ask(std::move(command), deadline());
  if (result.failure) co_return Deaf{result.failure->reason};
  for (std::size_t i = 0; i < result.replies.size(); ++i) {
    const Reply& reply = result.replies[i];
    if (!reply.is(Reply::Kind::error)) continue;
    co_return Deaf{why_refused(reply, i == 0 ? "CLIENT ID" : "SUBSCRIBE"), is_final(reply.text)};
  }
  if (!result.replies.front().is(Reply::Kind::integer)) co_return Deaf{"its answer can't be read"};
  co_return result.replies.front().integer;
}

Announcements::Asked<bool> Announcements::beat(ConnectionPtr data) {
  ++beat_;
  beat_sent_at_ = setup_->clock.steady_now();
  const std::string number = std::to_string(beat_);
  Command command;
  command.then({"PUBLISH", channel_, number});
  const CommandResult result = co_await data->ask(std::move(command), deadline());
  if (result.failure) co_return Deaf{result.failure->reason};
  const Reply& heard = result.replies.front();
  if (heard.is(Reply::Kind::error)) co_return Deaf{why_refused(heard, "PUBLISH"), is_final(heard.text)};
  // What looks like one server may be several behind one address.
  if (!heard.is(Reply::Kind::integer) || heard.integer < 1)
    co_return Deaf{"two connections to this address do not lead to one server"};
  co_return true;
}

// Without NOLOOP, although what this connection changes itself needs no announcement: with it, a server that
// has no room to watch a key any more (tracking-table-max-keys) does not tell the connection whose command
// made it give the key up (Redis 7.0), and that is the one that has the copy.
//
// The number of a client means something to its own server only, which beat() has made sure of.
Announcements::Asked<bool> Announcements::track(ConnectionPtr data, std::int64_t subscriber_id) {
  Command command;
  const std::string id = std::to_string(subscriber_id);
  command.then({"CLIENT", "TRACKING", "ON", "REDIRECT", id});
  tracks_ = true;
  const CommandResult result = co_await data->ask(std::move(command), deadline());
  if (result.failure) co_return Deaf{result.failure->reason};
  const Reply& reply = result.replies.front();
  if (reply.is(Reply::Kind::error))
    co_return Deaf{why_refused(reply, "CLIENT TRACKING"), is_final(reply.text)};
  co_return true;
}

// Or the server would go on to note what is read, for nobody.
Task<void> Announcements::untrack(ConnectionPtr data) {
  if (!std::exchange(tracks_, false)) co_return;
  Command command;
  command.then({"CLIENT", "TRACKING", "OFF"});
  (void)co_await data->ask(std::move(command), deadline());
}

// --- What is heard ---

void Announcements::hear(const Reply& push) {
  const std::string_view channel = push.elements[1].bytes.view();
  if (channel == channel_) return hear_beat(push.elements[2]);
  if (channel != kChannel) return;
  const Reply& changed = push.elements[2];
  // FLUSHALL and the like: all entries are gone. What is read from now on is announced again.
  if (!changed.is(Reply::Kind::array)) return on_replaced();
  for (const Reply& key : changed.elements) cache_->on_announced(key.bytes.view());
}

// Only the last one counts, whose time is known. Announcements come in the order of the changes, so all have
// come that the server has sent before it had the message.
void Announcements::hear_beat(const Reply& number) {
  if (number.bytes.view() != std::to_string(beat_)) return;
  const bool first = heard_beat_ == 0;
  heard_beat_ = beat_;
  if (hearing_) hearing_->extend(runs_out());
  if (first && timer_) timer_->cancel();
}

void Announcements::begin_hearing(const ConnectionPtr& data) {
  if (former_) former_->end_for_good();
  hearing_ = std::make_shared<Hearing>(runs_out());
  data_ = data;
  data->set_hearing(hearing_);
  cache_->on_hearing();
  pause_ = milliseconds(0);
  tell(setup_->options.on_event, RedisEvent{RedisEvent::Kind::announced, data->server(), {}});
}

void Announcements::end_hearing() {
  if (!hearing_) return;
  hearing_->end(setup_->clock.steady_now());
  former_ = std::exchange(hearing_, nullptr);
  if (const ConnectionPtr data = data_.lock()) data->set_hearing(nullptr);
  cache_->on_deaf();
}

void Announcements::drop_subscriber() {
  if (timer_) timer_->cancel();
  if (const ConnectionPtr subscriber = std::exchange(subscriber_, nullptr)) subscriber->stop();
}

}  // namespace session
