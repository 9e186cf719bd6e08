#include "core/store/redis/owner_index.h"

#include <algorithm>
#include <utility>

namespace session {
namespace {

using commands::By;
using AddOutcome = RedisOwnerIndex::AddOutcome;

constexpr milliseconds kStep = std::chrono::minutes(1);
// Some 300 years: a sum with the time must not overflow.
constexpr milliseconds kMaxTtl = std::chrono::hours(24 * 365 * 300);

// The number of the step in which an entry ends.
std::int64_t end_step(milliseconds now, milliseconds ttl) { return (now + std::min(ttl, kMaxTtl)) / kStep; }

}  // namespace

std::string RedisOwnerIndex::set_of(const std::string& owner) const { return setup_.options.prefix + owner; }

// To the end of the step after the one in which the entry ends.
milliseconds RedisOwnerIndex::listed_for(milliseconds ttl) const {
  const milliseconds now = setup_.clock.unix_now();
  return (end_step(now, ttl) + 2) * kStep - now;
}

bool RedisOwnerIndex::must_add(const StoreTerms& terms) const {
  if (terms.owner.empty()) return false;
  if (!terms.former || terms.former->owner != terms.owner) return true;
  const milliseconds now = setup_.clock.unix_now();
  return end_step(now, terms.ttl) > end_step(now, terms.former->time_left);
}

Store::Answer<AddOutcome> RedisOwnerIndex::add(std::string_view key, const std::string& owner,
                                               milliseconds ttl,
                                               const std::optional<StoreTerms::OwnerLimit>& limit) const {
  const std::string set = set_of(owner);
  const std::string max = limit ? std::to_string(limit->max) : std::string();
  const std::string_view instead_of = limit ? std::string_view(limit->instead_of) : std::string_view();
  const commands::OwnedMember member{key, listed_for(ttl), max, instead_of};
  const auto command = [&](By by) { return commands::own(set, member, by); };
  auto called = co_await at_.run(set, command);
  if (!called) co_return called.error().failure;
  co_return is_one(called) ? AddOutcome::added : AddOutcome::too_many;
}

Store::Answer<bool> RedisOwnerIndex::has(std::string_view key, const std::string& owner) const {
  const std::string set = set_of(owner);
  Command command = commands::is_owned(set, key);
  auto called = co_await at_.call(set, "ZSCORE", std::move(command));
  if (!called) co_return called.error().failure;
  co_return !called->front().is(Reply::Kind::nil);
}

Store::Answer<void> RedisOwnerIndex::remove(std::string_view key, const std::string& owner) const {
  const std::string set = set_of(owner);
  Command command = commands::disown(set, key);
  auto called = co_await at_.call(set, "ZREM", std::move(command));
  if (!called) co_return called.error().failure;
  co_return Result<void, StoreFailure>();
}

Store::Answer<std::vector<std::string>> RedisOwnerIndex::keys(const std::string& owner,
                                                              std::size_t max) const {
  std::vector<std::string> keys;
  if (max == 0) co_return keys;
  const std::string set = set_of(owner);
  Command command = commands::owned(set, max);
  auto called = co_await at_.call(set, "ZREVRANGE", std::move(command));
  if (!called) co_return called.error().failure;
  for (const Reply& member : called->front().elements) keys.emplace_back(member.bytes.view());
  co_return keys;
}

}  // namespace session
