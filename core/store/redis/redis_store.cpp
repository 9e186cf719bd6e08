#include "core/store/redis/redis_store.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/asio/execution_context.hpp>

#include "core/store/redis/client.h"
#include "core/store/redis/expendable_window.h"

namespace session {
namespace {

namespace asio = boost::asio;
using Reaction = ServerError::Reaction;
using commands::By;
using CallResult = Result<std::vector<Reply>, CommandError>;

// The clients of one event loop, by store. A service of the io_context, so that the connections end with it.
class LoopClients final : public asio::execution_context::service {
 public:
  using key_type = LoopClients;
  static asio::execution_context::id id;

  explicit LoopClients(asio::execution_context& context) : service(context) {}

  RedisClient& of(const std::shared_ptr<const RedisSetup>& setup, const Executor& executor) {
    for (auto& [owner, client] : clients_) {
      if (owner == setup) return *client;
    }
    clients_.emplace_back(setup, std::make_unique<RedisClient>(executor, setup));
    return *clients_.back().second;
  }

 private:
  // Destroys the clients now and not in the destructor: the loop's timers and sockets may be destroyed by
  // then.
  void shutdown() override {
    for (auto& [owner, client] : clients_) client->abandon();
    clients_.clear();
  }

  std::vector<std::pair<std::shared_ptr<const RedisSetup>, std::unique_ptr<RedisClient>>> clients_;
};

asio::execution_context::id LoopClients::id;

// The context of one call of the store: the client, the key with its prefix, the deadline for all attempts,
// and the report to the observer.
struct PreparedCall {
  RedisClient& client;
  std::string key;
  Clock::Steady deadline;
  Observed observed;

  [[nodiscard]] Task<CallResult> call(std::string_view what, Command command) const {
    return client.call(key, what, std::move(command), deadline);
  }
};

PreparedCall prepare(const std::shared_ptr<const RedisSetup>& setup, const Executor& executor,
                     const std::string& key, StoreCommand command, StoreObserver* observer) {
  const RedisStoreOptions& options = setup->options;
  const Clock::Steady now = setup->clock.steady_now();
  return {asio::use_service<LoopClients>(executor.context()).of(setup, executor), options.prefix + key,
          now + options.deadline, Observed(observer, command, now, setup->clock)};
}

bool is_one(const CallResult& called) { return called->front().integer == 1; }

bool is_foreign(const CallResult& called) { return !called && called.error().reaction == Reaction::foreign; }

// Runs a script that compares. Returns true if the key held the expected value. Sends the script's text if
// the server does not know its hash. `command` must outlive the task.
template <class MakeCommand>
Task<Result<bool, StoreFailure>> run_script(const PreparedCall& at, const MakeCommand& command) {
  auto called = co_await at.call("EVALSHA", command(By::hash));
  if (!called && called.error().reaction == Reaction::script)
    called = co_await at.call("EVAL", command(By::text));
  if (is_foreign(called)) co_return false;
  if (!called) co_return called.error().failure;
  co_return is_one(called);
}

// PTTL returns this for a key that does not exist: it never did, or expired between GETRANGE and PTTL.
constexpr std::int64_t kAbsent = -2;

// GETRANGE returns no bytes for a key that does not exist. So these replies may be those of a key that was
// created between GETRANGE and PTTL.
bool may_be_new(const CallResult& called) {
  return called && (*called)[0].bytes.size() == 0 && (*called)[1].integer != kAbsent;
}

// PTTL returns -1 for a key without a time to live.
milliseconds time_left_of(const Reply& pttl) {
  return pttl.integer == -1 ? milliseconds::max() : milliseconds(std::max<std::int64_t>(pttl.integer, 1));
}

std::optional<Entry> entry_in(std::vector<Reply> replies) {
  if (replies[1].integer == kAbsent) return std::nullopt;
  return Entry{std::move(replies[0].bytes), time_left_of(replies[1])};
}

// What an expendable entry counts.
std::size_t share_of(const std::string& key, std::size_t value_bytes) {
  constexpr std::size_t kOverhead = 100;  // about what Redis needs for a key beside its name and its value
  return kOverhead + key.size() + value_bytes;
}

StoreFailure no_share_left() {
  return StoreFailure(StoreFailure::Kind::full,
                      "sessions without a subject have used up their share (store.redis.anonymous_bytes)");
}

}  // namespace

RedisStore::RedisStore(RedisStoreOptions options, const Clock& clock)
    : setup_(std::make_shared<RedisSetup>(std::move(options), clock)),
      expendable_(std::make_shared<ExpendableWindow>(setup_->options.expendable_bytes, clock)),
      observer_(setup_->options.observer) {}

RedisStore::RedisStore(std::shared_ptr<const RedisSetup> setup, std::shared_ptr<ExpendableWindow> expendable,
                       StoreObserver* observer)
    : setup_(std::move(setup)), expendable_(std::move(expendable)), observer_(observer) {}

RedisStore::~RedisStore() = default;

std::unique_ptr<RedisStore> RedisStore::observed_by(StoreObserver& observer) const {
  return std::unique_ptr<RedisStore>(new RedisStore(setup_, expendable_, &observer));
}

Store::Answer<std::optional<Entry>> RedisStore::load(std::string key, std::size_t max_bytes) {
  const PreparedCall at =
      prepare(setup_, co_await asio::this_coro::executor, key, StoreCommand::load, observer_);
  max_bytes = std::min(max_bytes, setup_->options.max_value_bytes);
  auto called = co_await at.call("GETRANGE", commands::load(at.key, max_bytes));
  if (may_be_new(called)) called = co_await at.call("GETRANGE", commands::load(at.key, max_bytes));
  if (is_foreign(called))
    co_return at.observed.reported(std::optional<Entry>(Entry{Bytes(), milliseconds::max()}));
  if (!called) co_return at.observed.reported(called.error().failure);
  std::optional<Entry> entry = entry_in(std::move(*called));
  if (entry && entry->bytes.size() > max_bytes) {
    entry->bytes = Bytes();
    if (setup_->options.on_too_large) setup_->options.on_too_large(max_bytes);
  }
  co_return at.observed.reported(std::move(entry));
}

Store::Answer<CreateOutcome> RedisStore::create(std::string key, Bytes bytes, StoreTerms terms) {
  const PreparedCall at =
      prepare(setup_, co_await asio::this_coro::executor, key, StoreCommand::create, observer_);
  const ExpendableWindow::Entry share{share_of(key, bytes.size()), terms.ttl};
  if (terms.retention == Retention::expendable && !expendable_->admit(share))
    co_return at.observed.reported(no_share_left());
  auto called = co_await at.call("SET", commands::create(at.key, bytes.view(), terms.ttl));
  if (!called) co_return at.observed.reported(called.error().failure);
  co_return at.observed.reported(called->front().is(Reply::Kind::nil) ? CreateOutcome::exists
                                                                      : CreateOutcome::created);
}

Store::Answer<ReplaceOutcome> RedisStore::replace(std::string key, Bytes expected, Bytes bytes,
                                                  StoreTerms terms) {
  const PreparedCall at =
      prepare(setup_, co_await asio::this_coro::executor, key, StoreCommand::replace, observer_);
  const std::size_t before = share_of(key, expected.size());
  const std::size_t after = share_of(key, bytes.size());
  const auto admitted = admit_replace(before, after, terms);
  if (!admitted) co_return at.observed.reported(no_share_left());
  const auto command = [&](By by) {
    return commands::replace(at.key, expected.view(), bytes.view(), admitted->ttl, by);
  };
  const auto done = co_await run_script(at, command);
  if (!done) co_return at.observed.reported(done.error());
  if (!*done && admitted->counted)
    expendable_->count_instead({after, admitted->ttl}, {before, terms.former->time_left});
  co_return at.observed.reported(*done ? ReplaceOutcome::replaced : ReplaceOutcome::mismatch);
}

// An entry that does not grow is replaced even if it may not stay longer: the session would not be usable
// otherwise.
std::optional<RedisStore::Admitted> RedisStore::admit_replace(std::size_t before, std::size_t after,
                                                              const StoreTerms& terms) const {
  if (terms.retention == Retention::keep) return Admitted{terms.ttl, false};
  if (!terms.former) {
    const bool admitted = expendable_->admit({after > before ? after - before : 0, terms.ttl});
    return admitted ? std::optional(Admitted{terms.ttl, false}) : std::nullopt;
  }
  const milliseconds time_left = terms.former->time_left;
  if (expendable_->admit_instead({before, time_left}, {after, terms.ttl})) return Admitted{terms.ttl, true};
  if (after > before) return std::nullopt;
  return Admitted{std::min(terms.ttl, time_left), false};
}

Store::Answer<TouchOutcome> RedisStore::touch(std::string key, StoreTerms terms) {
  if (terms.retention == Retention::expendable && terms.former)
    return touch_expendable(std::move(key), terms);
  return touch_kept(std::move(key), terms.ttl);
}

Store::Answer<TouchOutcome> RedisStore::touch_kept(std::string key, milliseconds ttl) {
  const PreparedCall at =
      prepare(setup_, co_await asio::this_coro::executor, key, StoreCommand::touch, observer_);
  auto called = co_await at.call("PEXPIRE", commands::touch(at.key, ttl));
  if (!called) co_return at.observed.reported(called.error().failure);
  co_return at.observed.reported(is_one(called) ? TouchOutcome::touched : TouchOutcome::absent);
}

// Redis tells which end it replaces, because other requests may have extended the entry since it was loaded:
// a browser sends many at once, and the entry counts once all the same.
Store::Answer<TouchOutcome> RedisStore::touch_expendable(std::string key, StoreTerms terms) {
  const PreparedCall at =
      prepare(setup_, co_await asio::this_coro::executor, key, StoreCommand::touch, observer_);
  const std::size_t bytes = share_of(key, terms.former->bytes);
  if (!expendable_->may_extend({bytes, terms.former->time_left}))
    co_return at.observed.reported(no_share_left());
  auto called = co_await at.call("PEXPIRE", commands::tell_and_touch(at.key, terms.ttl));
  if (!called) co_return at.observed.reported(called.error().failure);
  if (called->back().integer != 1) co_return at.observed.reported(TouchOutcome::absent);
  expendable_->count_instead({bytes, time_left_of(called->front())}, {bytes, terms.ttl});
  co_return at.observed.reported(TouchOutcome::touched);
}

Store::Answer<EraseOutcome> RedisStore::erase(std::string key) {
  const PreparedCall at =
      prepare(setup_, co_await asio::this_coro::executor, key, StoreCommand::erase, observer_);
  auto called = co_await at.call("DEL", commands::erase(at.key));
  if (!called) co_return at.observed.reported(called.error().failure);
  co_return at.observed.reported(is_one(called) ? EraseOutcome::erased : EraseOutcome::absent);
}

Store::Answer<EraseIfOutcome> RedisStore::erase_if(std::string key, Bytes expected) {
  const PreparedCall at =
      prepare(setup_, co_await asio::this_coro::executor, key, StoreCommand::erase_if, observer_);
  const auto command = [&](By by) { return commands::erase_if(at.key, expected.view(), by); };
  const auto done = co_await run_script(at, command);
  if (!done) co_return at.observed.reported(done.error());
  co_return at.observed.reported(*done ? EraseIfOutcome::erased : EraseIfOutcome::mismatch);
}

}  // namespace session
