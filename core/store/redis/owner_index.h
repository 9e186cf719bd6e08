#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/redis/prepared_call.h"

namespace session {

// Internal to RedisStore: which keys each owner has, in a sorted set of each owner. In a cluster the set and
// the entries are on different servers, so no command can write both. Therefore the set is always written
// before an entry, and after one was erased: it may name what is gone, and never misses what is there. Where
// one server has both, a create is one step all the same: it is a login, and people wait for it.
//
// Whoever reads the set may find a key whose entry is just being created, and must not remove it: it would
// live unlisted. So a key stays for at least a minute after it was listed last, and a create() that took
// longer fails. Only the clock of the set's server counts: a reader removes a key only if it was listed a
// minute before he had read the set, and so before he found no entry. If that entry is created all the same,
// then even later, and its creator, who looks last, finds that more than a minute has passed.
//
// A key is listed for two minutes more than its entry had left. So the set needs no write for most writes of
// an entry, which set its end anew: as long as the end stays within one minute of the clock of the entry's
// server, which compares the end until now with the new one (commands::Reach). No other clock counts, and
// what a gateway knows of the entry may be old. Functions of one call share its deadline. Keys are without
// their prefix. Texts must outlive the tasks.
class RedisOwnerIndex {
 public:
  template <class T>
  using Answer = Store::Answer<T>;
  enum class AddOutcome { added, too_many };

  RedisOwnerIndex(const RedisSetup& setup, const PreparedCall& at) : setup_(setup), at_(at) {}

  // Lists an entry that is about to be written, or extended to this time to live.
  [[nodiscard]] Answer<AddOutcome> add(std::string_view key, const std::string& owner, milliseconds ttl,
                                       const std::optional<StoreTerms::OwnerLimit>& limit = {}) const;
  // Lists an entry and writes it, in one step. nullopt: not done, as their keys are on different servers.
  [[nodiscard]] Answer<std::optional<CreateOutcome>> create_at_once(std::string_view key, const Bytes& bytes,
                                                                    const StoreTerms& terms) const;
  // Whether the entry had this owner before, and was listed then.
  [[nodiscard]] static bool was_listed(const StoreTerms& terms) {
    return terms.former && terms.former->owner == terms.owner;
  }
  // Whether a key is listed, and was so less than a minute ago: then nobody removes it who has not seen the
  // entry that was written meanwhile.
  [[nodiscard]] Answer<bool> has_young(std::string_view key, const std::string& owner) const;
  [[nodiscard]] Answer<void> remove(std::string_view key, const std::string& owner) const;
  // Removes a key only if it had been listed for a minute at that time (OwnedKeys::as_of).
  [[nodiscard]] Answer<void> remove_old(std::string_view key, const std::string& owner, seconds as_of) const;
  [[nodiscard]] Answer<OwnedKeys> keys(const std::string& owner, std::size_t max) const;

 private:
  struct Listing;
  [[nodiscard]] std::string set_of(const std::string& owner) const;

  const RedisSetup& setup_;
  const PreparedCall& at_;
};

}  // namespace session
