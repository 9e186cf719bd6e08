#include "core/store/redis/redis_store.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/store/redis/expendable_window.h"
#include "core/store/redis/key_scan.h"
#include "core/store/redis/owner_index.h"
#include "core/store/redis/prepared_call.h"

namespace session {
namespace {

namespace asio = boost::asio;
using commands::By;
using commands::Reach;
using CallResult = PreparedCall::CallResult;
using AddOutcome = RedisOwnerIndex::AddOutcome;

// The most keys that one command asks for: far below what a reply may have (ReplyReader::kMaxElements).
constexpr std::size_t kMaxOwned = 10000;

// The outcome of a script that compares: true if the key held the expected value.
Result<bool, StoreFailure> compared(const CallResult& called) {
  if (is_foreign(called)) return false;
  if (!called) return called.error().failure;
  return is_one(called);
}

// PTTL returns this for a key that does not exist: it never did, or expired between GETRANGE and PTTL.
constexpr std::int64_t kAbsent = -2;

// GETRANGE returns no bytes for a key that does not exist. So no bytes alone may be an empty value as well as
// no key, and with the reply to PTTL a key that was created between GETRANGE and PTTL.
bool may_be_there(const CallResult& called) {
  if (!called || called->front().bytes.size() > 0) return false;
  return called->size() == 1 || (*called)[1].integer != kAbsent;
}

// PTTL returns -1 for a key without a time to live.
milliseconds time_left_of(const Reply& pttl) {
  return pttl.integer == -1 ? milliseconds::max() : milliseconds(std::max<std::int64_t>(pttl.integer, 1));
}

std::optional<Entry> entry_in(std::vector<Reply> replies) {
  if (replies.size() == 1) return Entry{std::move(replies[0].bytes), std::nullopt};
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

// Ends the copy of an entry that a write may have changed, whatever became of the write: before the write's
// caller hears of it, so nobody meets the former entry at this gateway who knows of the new one.
class RedisStore::CopyEnds {
 public:
  CopyEnds(std::shared_ptr<NearCache> cache, std::string_view key) : cache_(std::move(cache)), key_(key) {}
  ~CopyEnds() {
    if (cache_) cache_->forget(key_);
  }
  CopyEnds(const CopyEnds&) = delete;
  CopyEnds& operator=(const CopyEnds&) = delete;

 private:
  std::shared_ptr<NearCache> cache_;
  std::string_view key_;
};

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

std::optional<NearCache::Stats> RedisStore::near_cache_stats() const {
  if (!setup_->near_cache) return std::nullopt;
  return setup_->near_cache->stats();
}

// What a load has found. No bytes: the key holds something that is no session, or is too large.
std::optional<Entry> RedisStore::loaded_entry(Called called, std::size_t max_bytes) const {
  if (is_foreign(called)) return Entry{Bytes(), milliseconds::max()};
  std::optional<Entry> entry = entry_in(std::move(*called));
  if (entry && entry->bytes.size() > max_bytes) {
    entry->bytes = Bytes();
    if (setup_->options.on_too_large) setup_->options.on_too_large(max_bytes);
  }
  return entry;
}

// Only what asks the server is reported: the observer would take the time of a look at a copy for Redis'.
// Without announcements nothing can be kept, and nothing more is asked for.
Store::Answer<std::optional<Entry>> RedisStore::load(std::string key, LoadTerms terms) {
  terms.max_bytes = std::min(terms.max_bytes, setup_->options.max_value_bytes);
  NearCache* const cache = setup_->near_cache.get();
  const bool copy_will_do = cache != nullptr && terms.copy == LoadTerms::Copy::will_do;
  if (copy_will_do) {
    if (auto copy = cache->find(setup_->options.prefix + key, terms.max_bytes)) co_return copy;
    terms.time_left = terms.time_left || cache->is_hearing();
  }
  const PreparedCall at =
      prepare_call(setup_, co_await asio::this_coro::executor, key, StoreCommand::load, observer_);
  const CopyEnds ends(terms.copy == LoadTerms::Copy::ends ? setup_->near_cache : nullptr, at.key);
  const NearCache::Ticket ticket = cache != nullptr ? cache->ticket(at.key) : NearCache::Ticket();
  std::shared_ptr<const Hearing> heard;
  const auto ask = [&](bool time_left) {
    Command command = commands::load(at.key, terms.max_bytes, time_left);
    return at.call("GETRANGE", std::move(command), cache != nullptr ? &heard : nullptr);
  };
  auto called = co_await ask(terms.time_left);
  if (!terms.time_left && may_be_there(called)) called = co_await ask(true);
  if (may_be_there(called)) called = co_await ask(true);
  if (!called && !is_foreign(called)) {
    (void)at.observed.reported(called.error().failure);
    const bool outage = copy_will_do && !called.error().answered;
    std::optional<Entry> copy = outage ? cache->find_stale(at.key, terms.max_bytes) : std::nullopt;
    if (copy) co_return copy;
    co_return std::move(called.error().failure);
  }
  std::optional<Entry> entry = loaded_entry(std::move(called), terms.max_bytes);
  if (cache != nullptr) {
    if (!copy_will_do) heard = nullptr;
    cache->note(at.key, ticket, entry, std::move(heard));
  }
  co_return at.observed.reported(std::move(entry));
}

Store::Answer<CreateOutcome> RedisStore::create(std::string key, Bytes bytes, StoreTerms terms) {
  const PreparedCall at =
      prepare_call(setup_, co_await asio::this_coro::executor, key, StoreCommand::create, observer_);
  const CopyEnds ends(setup_->near_cache, at.key);
  const ExpendableWindow::Entry share{share_of(key, bytes.size()), terms.ttl};
  if (terms.retention == Retention::expendable && !expendable_->admit(share))
    co_return at.observed.reported(no_share_left());
  auto created =
      terms.owner.empty() ? create_alone(at, bytes, terms.ttl) : create_owned(at, key, bytes, terms);
  auto outcome = co_await std::move(created);
  if (!outcome) co_return at.observed.reported(outcome.error());
  co_return at.observed.reported(*outcome);
}

Store::Answer<CreateOutcome> RedisStore::create_alone(const PreparedCall& at, const Bytes& bytes,
                                                      milliseconds ttl) {
  auto called = co_await at.call("SET", commands::create(at.key, bytes.view(), ttl));
  if (!called) co_return called.error().failure;
  co_return called->front().is(Reply::Kind::nil) ? CreateOutcome::exists : CreateOutcome::created;
}

// Without one step for both, looks at the list once more after the entry was written. A reader of the list
// may remove the key if it was listed for a minute before there was an entry (RedisOwnerIndex): a create that
// took so long fails, as the entry would live unlisted. It has not failed if the entry was erased since.
Store::Answer<CreateOutcome> RedisStore::create_owned(const PreparedCall& at, std::string_view key,
                                                      const Bytes& bytes, const StoreTerms& terms) {
  const RedisOwnerIndex index(*setup_, at);
  auto at_once = co_await index.create_at_once(key, bytes, terms);
  if (!at_once) co_return at_once.error();
  if (*at_once) co_return **at_once;
  auto added = co_await index.add(key, terms.owner, terms.ttl, terms.owner_limit);
  if (!added) co_return added.error();
  if (*added == AddOutcome::too_many) co_return CreateOutcome::too_many;
  auto created = co_await create_alone(at, bytes, terms.ttl);
  if (!created || *created == CreateOutcome::exists) co_return created;
  auto listed = co_await index.has_young(key, terms.owner);
  if (!listed) co_return listed.error();
  if (*listed) co_return CreateOutcome::created;
  const auto erase_it = [&](By by) { return commands::erase_if(at.key, bytes.view(), by); };
  const auto erased = compared(co_await at.run(at.key, erase_it));
  if (!erased) co_return erased.error();
  if (!*erased) co_return CreateOutcome::created;
  co_return StoreFailure(StoreFailure::Kind::contended, "the entry was not written within a minute");
}

// Writes an entry of an owner, which may then live longer, by a command within a reach, or by one that asks
// for none. If the entry goes beyond what is listed, lists it first. If that fails, the entry is extended as
// far as it is listed: whoever uses the session is not logged out, and the next write tries again.
template <class MakeListed, class MakeAny>
Task<CallResult> write_owned(const PreparedCall& at, const RedisOwnerIndex& index, std::string_view key,
                             const StoreTerms& terms, const MakeListed& within, const MakeAny& any) {
  const bool was_listed = RedisOwnerIndex::was_listed(terms);
  if (was_listed) {
    const auto if_listed = [&](By by) { return within(Reach::listed, by); };
    auto called = co_await at.run(at.key, if_listed);
    if (!called || called->front().integer != commands::kNotListed) co_return called;
  }
  const auto added = co_await index.add(key, terms.owner, terms.ttl);
  if (!added && !was_listed) co_return CommandError(added.error());
  const auto capped = [&](By by) { return within(Reach::capped, by); };
  if (!added) co_return co_await at.run(at.key, capped);
  co_return co_await at.run(at.key, any);
}

Store::Answer<ReplaceOutcome> RedisStore::replace(std::string key, Bytes expected, Bytes bytes,
                                                  StoreTerms terms) {
  const PreparedCall at =
      prepare_call(setup_, co_await asio::this_coro::executor, key, StoreCommand::replace, observer_);
  const CopyEnds ends(setup_->near_cache, at.key);
  const std::size_t before = share_of(key, expected.size());
  const std::size_t after = share_of(key, bytes.size());
  const auto admitted = admit_replace(before, after, terms);
  if (!admitted) co_return at.observed.reported(no_share_left());
  terms.ttl = admitted->ttl;
  const RedisOwnerIndex index(*setup_, at);
  const auto any = [&](By by) {
    return commands::replace(at.key, expected.view(), bytes.view(), terms.ttl, by);
  };
  const auto within = [&](Reach reach, By by) {
    return commands::replace_listed(at.key, expected.view(), bytes.view(), terms.ttl, reach, by);
  };
  auto called = terms.owner.empty() ? at.run(at.key, any) : write_owned(at, index, key, terms, within, any);
  const auto done = compared(co_await std::move(called));
  if (!done) co_return at.observed.reported(done.error());
  if (!*done && admitted->counted)
    expendable_->count_instead({after, admitted->ttl}, {before, terms.former->time_left});
  // A failure is none of the write: the list then names an entry of another owner, which its reader finds
  // out.
  if (*done && terms.former && !terms.former->owner.empty() && terms.former->owner != terms.owner)
    (void)co_await index.remove(key, terms.former->owner);
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
  return touch_kept(std::move(key), std::move(terms));
}

Store::Answer<TouchOutcome> RedisStore::touch_kept(std::string key, StoreTerms terms) {
  const PreparedCall at =
      prepare_call(setup_, co_await asio::this_coro::executor, key, StoreCommand::touch, observer_);
  const CopyEnds ends(setup_->near_cache, at.key);
  const RedisOwnerIndex index(*setup_, at);
  const auto any = [&](By) { return commands::touch(at.key, terms.ttl); };
  const auto within = [&](Reach reach, By by) {
    return commands::touch_listed(at.key, terms.ttl, reach, by);
  };
  auto touching = terms.owner.empty() ? at.call("PEXPIRE", commands::touch(at.key, terms.ttl))
                                      : write_owned(at, index, key, terms, within, any);
  const auto called = co_await std::move(touching);
  if (!called) co_return at.observed.reported(called.error().failure);
  co_return at.observed.reported(is_one(called) ? TouchOutcome::touched : TouchOutcome::absent);
}

// Redis tells which end it replaces, because other requests may have extended the entry since it was loaded:
// a browser sends many at once, and the entry counts once all the same.
Store::Answer<TouchOutcome> RedisStore::touch_expendable(std::string key, StoreTerms terms) {
  const PreparedCall at =
      prepare_call(setup_, co_await asio::this_coro::executor, key, StoreCommand::touch, observer_);
  const CopyEnds ends(setup_->near_cache, at.key);
  const std::size_t bytes = share_of(key, terms.former->bytes);
  if (!expendable_->may_extend({bytes, terms.former->time_left}))
    co_return at.observed.reported(no_share_left());
  auto called = co_await at.call("PEXPIRE", commands::tell_and_touch(at.key, terms.ttl));
  if (!called) co_return at.observed.reported(called.error().failure);
  if (called->back().integer != 1) co_return at.observed.reported(TouchOutcome::absent);
  expendable_->count_instead({bytes, time_left_of(called->front())}, {bytes, terms.ttl});
  co_return at.observed.reported(TouchOutcome::touched);
}

Store::Answer<EraseOutcome> RedisStore::erase(std::string key, std::string owner) {
  const PreparedCall at =
      prepare_call(setup_, co_await asio::this_coro::executor, key, StoreCommand::erase, observer_);
  const CopyEnds ends(setup_->near_cache, at.key);
  auto called = co_await at.call("DEL", commands::erase(at.key));
  if (!called) co_return at.observed.reported(called.error().failure);
  const RedisOwnerIndex index(*setup_, at);
  if (!owner.empty()) (void)co_await index.remove(key, owner);
  co_return at.observed.reported(is_one(called) ? EraseOutcome::erased : EraseOutcome::absent);
}

Store::Answer<EraseIfOutcome> RedisStore::erase_if(std::string key, Bytes expected, std::string owner) {
  const PreparedCall at =
      prepare_call(setup_, co_await asio::this_coro::executor, key, StoreCommand::erase_if, observer_);
  const CopyEnds ends(setup_->near_cache, at.key);
  const auto command = [&](By by) { return commands::erase_if(at.key, expected.view(), by); };
  const auto done = compared(co_await at.run(at.key, command));
  if (!done) co_return at.observed.reported(done.error());
  const RedisOwnerIndex index(*setup_, at);
  if (*done && !owner.empty()) (void)co_await index.remove(key, owner);
  co_return at.observed.reported(*done ? EraseIfOutcome::erased : EraseIfOutcome::mismatch);
}

Store::Answer<OwnedKeys> RedisStore::owned(std::string owner, std::size_t max) {
  const PreparedCall at =
      prepare_call(setup_, co_await asio::this_coro::executor, std::string(), StoreCommand::owned, observer_);
  const RedisOwnerIndex index(*setup_, at);
  auto keys = co_await index.keys(owner, std::min(max, kMaxOwned));
  if (!keys) co_return at.observed.reported(keys.error());
  co_return at.observed.reported(std::move(*keys));
}

Store::Answer<void> RedisStore::own(std::string key, std::string owner, milliseconds time_left) {
  const PreparedCall at =
      prepare_call(setup_, co_await asio::this_coro::executor, key, StoreCommand::own, observer_);
  const RedisOwnerIndex index(*setup_, at);
  auto added = co_await index.add(key, owner, time_left);
  if (!added) co_return at.observed.reported(added.error());
  co_return at.observed.reported(Result<void, StoreFailure>());
}

Store::Answer<void> RedisStore::disown(std::string key, std::string owner, seconds as_of) {
  const PreparedCall at =
      prepare_call(setup_, co_await asio::this_coro::executor, key, StoreCommand::disown, observer_);
  const RedisOwnerIndex index(*setup_, at);
  auto removed = co_await index.remove_old(key, owner, as_of);
  if (!removed) co_return at.observed.reported(removed.error());
  co_return at.observed.reported(Result<void, StoreFailure>());
}

Store::Answer<KeyPage> RedisStore::keys(std::string cursor, std::size_t max) {
  const PreparedCall at =
      prepare_call(setup_, co_await asio::this_coro::executor, std::string(), StoreCommand::keys, observer_);
  auto page = co_await scan_keys(*setup_, at, std::move(cursor), std::clamp<std::size_t>(max, 1, kMaxOwned));
  if (!page) co_return at.observed.reported(page.error());
  co_return at.observed.reported(std::move(*page));
}

}  // namespace session
