#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/task.h"
#include "core/base/timer.h"
#include "core/store/redis/connection/connection.h"
#include "core/store/redis/near_cache/near_cache.h"

namespace session {

struct RedisSetup;

// Has a server announce the changes of entries that one connection reads, and tells the near cache of them
// (Redis, "Server-assisted client side caching"). With RESP2, which hiredis speaks, announcements come over a
// second connection to the same server, which has subscribed to their channel.
//
// A connection whose reads are announced has a Hearing. It ends as soon as either of both connections does.
// And it runs out: each second the first connection publishes a message that has to arrive over the second
// one. That shows that both live, at one server, and that all was heard that was announced before. A server
// that can't or may not announce is reported, and asked again from time to time.
//
// Not thread-safe: belongs to the loop of its connection.
class Announcements final : public ConnectionListener, public std::enable_shared_from_this<Announcements> {
 public:
  static constexpr milliseconds kHeartbeat{1000};
  // How long a message may be under way, at most, before copies wait for it.
  static constexpr milliseconds kPatience{1000};

  Announcements(const Executor& executor, std::shared_ptr<const RedisSetup> setup);
  ~Announcements() override;

  void on_up(RedisConnection& connection) override;
  void on_end() override;
  void on_replaced() override;
  void on_abandon() override;

 private:
  class EndOfSubscriber;
  // Why nothing is announced. `refused`: the server said so, and soon it will say nothing else.
  struct Deaf {
    std::string why;
    bool refused = false;
  };
  static Deaf hung_up() { return {"it has hung up"}; }
  template <class T>
  using Asked = Task<Result<T, Deaf>>;
  using ConnectionPtr = std::shared_ptr<RedisConnection>;

  static Task<void> listen(std::shared_ptr<Announcements> self, ConnectionPtr data, std::uint64_t life);
  // Returns when nothing is announced any more, or the connection has ended.
  Task<Deaf> hear_until_deaf(ConnectionPtr data, std::uint64_t life);
  Task<Deaf> stay_hearing(ConnectionPtr data, std::uint64_t life);
  Asked<std::int64_t> subscribe(ConnectionPtr subscriber);
  // Publishes a message for the second connection.
  Asked<bool> beat(ConnectionPtr data);
  Asked<bool> track(ConnectionPtr data, std::int64_t subscriber_id);
  Task<void> untrack(ConnectionPtr data);
  [[nodiscard]] ConnectionPtr make_subscriber(const RedisConnection& data);
  [[nodiscard]] Clock::Steady deadline() const;
  [[nodiscard]] Clock::Steady runs_out() const { return beat_sent_at_ + kHeartbeat + kPatience; }
  [[nodiscard]] bool goes_on(std::uint64_t life) const { return life_ == life && !subscriber_ended_; }
  void hear(const Reply& push);
  void hear_beat(const Reply& number);
  void begin_hearing(const ConnectionPtr& data);
  void end_hearing();
  void drop_subscriber();

  Executor executor_;
  std::shared_ptr<const RedisSetup> setup_;
  std::shared_ptr<NearCache> cache_;
  std::uint64_t life_ = 0;  // of the connection; another one with each time that it is up, and that it ends
  Clock::Steady not_before_{};  // the next try
  milliseconds pause_{0};

  // Of one try.
  std::string channel_;  // for this try alone
  ConnectionPtr subscriber_;
  bool subscriber_ended_ = false;
  bool tracks_ = false;
  std::shared_ptr<Timer> timer_;
  std::uint64_t beat_ = 0;
  std::uint64_t heard_beat_ = 0;
  Clock::Steady beat_sent_at_{};

  std::shared_ptr<Hearing> hearing_;
  std::shared_ptr<Hearing> former_;      // the hearing before; its copies may serve during an outage
  std::weak_ptr<RedisConnection> data_;  // that has the hearing
};

}  // namespace session
