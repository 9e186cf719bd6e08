#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "tests/support/forwarding_store.h"

namespace session::test {

// A store that keeps the lists of owners apart from the entries, as Redis does: an entry is listed before it
// is there, and until a while after it is gone. What is listed stays so, as if all came about in a minute.
class SeparateListsStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  Answer<CreateOutcome> create(std::string key, Bytes bytes, StoreTerms terms) override {
    if (!terms.owner.empty()) lists_[terms.owner].insert(key);
    co_return co_await inner_.create(std::move(key), std::move(bytes), std::move(terms));
  }
  Answer<ReplaceOutcome> replace(std::string key, Bytes expected, Bytes bytes, StoreTerms terms) override {
    if (!terms.owner.empty()) lists_[terms.owner].insert(key);
    const std::string former = terms.former ? terms.former->owner : std::string();
    const std::string owner = terms.owner;
    auto replaced = co_await inner_.replace(key, std::move(expected), std::move(bytes), std::move(terms));
    if (replaced && *replaced == ReplaceOutcome::replaced && former != owner) lists_[former].erase(key);
    co_return replaced;
  }
  Answer<EraseOutcome> erase(std::string key, std::string owner) override {
    auto erased = co_await inner_.erase(key, owner);
    if (erased) lists_[owner].erase(key);
    co_return erased;
  }
  Answer<EraseIfOutcome> erase_if(std::string key, Bytes expected, std::string owner) override {
    auto erased = co_await inner_.erase_if(key, std::move(expected), owner);
    if (erased && *erased == EraseIfOutcome::erased) lists_[owner].erase(key);
    co_return erased;
  }
  Answer<OwnedKeys> owned(std::string owner, std::size_t max) override {
    auto owned = co_await inner_.owned(owner, max);
    if (owned) owned->keys.assign(lists_[owner].begin(), lists_[owner].end());
    co_return owned;
  }
  Answer<void> disown(std::string key, std::string owner, seconds as_of) override {
    return inner_.disown(std::move(key), std::move(owner), as_of);
  }

 private:
  std::map<std::string, std::set<std::string>> lists_;
};

}  // namespace session::test
