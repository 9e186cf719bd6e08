#include "core/store/redis/owner_index.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace session {
namespace {

using commands::By;
using AddOutcome = RedisOwnerIndex::AddOutcome;

// One minute for what the entry may be extended without another add(), and one for what the write may take
// that follows.
constexpr milliseconds kListedLonger = std::chrono::minutes(2);

// The whole number that a reply holds; nullopt: it holds none.
std::optional<std::int64_t> number_in(const Reply& reply) {
  const std::string_view text = reply.bytes.view();
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

// The time in a reply to TIME.
seconds time_in(const Reply& reply) { return seconds(number_in(reply.elements[0]).value_or(0)); }

}  // namespace

std::string RedisOwnerIndex::set_of(const std::string& owner) const { return setup_.options.prefix + owner; }

// What is listed of an entry. The texts outlive it.
struct RedisOwnerIndex::Listing {
  Listing(std::string_view listed, milliseconds ttl, const std::optional<StoreTerms::OwnerLimit>& limit)
      : max(limit ? std::to_string(limit->max) : std::string()),
        instead_of(limit ? std::string_view(limit->instead_of) : std::string_view()),
        key(listed),
        time_left(std::min(ttl, milliseconds::max() - kListedLonger) + kListedLonger) {}
  [[nodiscard]] commands::OwnedMember member() const { return {key, time_left, max, instead_of}; }

  std::string max;
  std::string_view instead_of;
  std::string_view key;
  milliseconds time_left;
};

Store::Answer<AddOutcome> RedisOwnerIndex::add(std::string_view key, const std::string& owner,
                                               milliseconds ttl,
                                               const std::optional<StoreTerms::OwnerLimit>& limit) const {
  const std::string set = set_of(owner);
  const Listing listing(key, ttl, limit);
  const auto command = [&](By by) { return commands::own(set, listing.member(), by); };
  auto called = co_await at_.run(set, command);
  if (!called) co_return called.error().failure;
  co_return is_one(called) ? AddOutcome::added : AddOutcome::too_many;
}

Store::Answer<std::optional<CreateOutcome>> RedisOwnerIndex::create_at_once(std::string_view key,
                                                                            const Bytes& bytes,
                                                                            const StoreTerms& terms) const {
  if (setup_.options.topology == RedisTopology::cluster) co_return std::nullopt;
  const std::string set = set_of(terms.owner);
  const Listing listing(key, terms.ttl, terms.owner_limit);
  const auto command = [&](By by) {
    return commands::create_owned(set, listing.member(), at_.key, bytes.view(), terms.ttl, by);
  };
  auto called = co_await at_.run(at_.key, command);
  if (!called && called.error().reaction == ServerError::Reaction::apart) co_return std::nullopt;
  if (!called) co_return called.error().failure;
  if (called->front().integer == commands::kExists) co_return CreateOutcome::exists;
  co_return is_one(called) ? CreateOutcome::created : CreateOutcome::too_many;
}

Store::Answer<bool> RedisOwnerIndex::has_young(std::string_view key, const std::string& owner) const {
  const std::string set = set_of(owner);
  Command command = commands::is_owned(set, key);
  auto called = co_await at_.call(set, "ZSCORE", std::move(command));
  if (!called) co_return called.error().failure;
  const auto score = number_in(called->back());
  co_return score && !commands::is_old(*score, time_in(called->front()));
}

Store::Answer<void> RedisOwnerIndex::remove(std::string_view key, const std::string& owner) const {
  const std::string set = set_of(owner);
  Command command = commands::disown(set, key);
  auto called = co_await at_.call(set, "ZREM", std::move(command));
  if (!called) co_return called.error().failure;
  co_return Result<void, StoreFailure>();
}

Store::Answer<void> RedisOwnerIndex::remove_old(std::string_view key, const std::string& owner,
                                                seconds as_of) const {
  const std::string set = set_of(owner);
  const auto command = [&](By by) { return commands::disown_old(set, key, as_of, by); };
  auto called = co_await at_.run(set, command);
  if (!called) co_return called.error().failure;
  co_return Result<void, StoreFailure>();
}

Store::Answer<OwnedKeys> RedisOwnerIndex::keys(const std::string& owner, std::size_t max) const {
  OwnedKeys owned;
  if (max == 0) co_return owned;
  const std::string set = set_of(owner);
  Command command = commands::owned(set, max);
  auto called = co_await at_.call(set, "ZREVRANGE", std::move(command));
  if (!called) co_return called.error().failure;
  owned.as_of = time_in(called->front());
  for (const Reply& member : called->back().elements) owned.keys.emplace_back(member.bytes.view());
  co_return owned;
}

}  // namespace session
