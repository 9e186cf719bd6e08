#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/store/store.h"

namespace session::test {

// Passes everything on to another store: to be derived from by those that do one thing differently.
class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(Store& inner) : inner_(inner) {}

  Answer<std::optional<Entry>> load(std::string key, LoadTerms terms) override {
    return inner_.load(std::move(key), terms);
  }
  [[nodiscard]] bool time_left_costs() const override { return inner_.time_left_costs(); }
  Answer<CreateOutcome> create(std::string key, Bytes bytes, StoreTerms terms) override {
    return inner_.create(std::move(key), std::move(bytes), terms);
  }
  Answer<ReplaceOutcome> replace(std::string key, Bytes expected, Bytes bytes, StoreTerms terms) override {
    return inner_.replace(std::move(key), std::move(expected), std::move(bytes), terms);
  }
  Answer<TouchOutcome> touch(std::string key, StoreTerms terms) override {
    return inner_.touch(std::move(key), terms);
  }
  Answer<EraseOutcome> erase(std::string key, std::string owner) override {
    return inner_.erase(std::move(key), std::move(owner));
  }
  Answer<EraseIfOutcome> erase_if(std::string key, Bytes expected, std::string owner) override {
    return inner_.erase_if(std::move(key), std::move(expected), std::move(owner));
  }
  Answer<OwnedKeys> owned(std::string owner, std::size_t max) override {
    return inner_.owned(std::move(owner), max);
  }
  Answer<void> own(std::string key, std::string owner, milliseconds time_left) override {
    return inner_.own(std::move(key), std::move(owner), time_left);
  }
  Answer<void> disown(std::string key, std::string owner, seconds as_of) override {
    return inner_.disown(std::move(key), std::move(owner), as_of);
  }
  Answer<KeyPage> keys(std::string cursor, std::size_t max) override {
    return inner_.keys(std::move(cursor), max);
  }

 protected:
  Store& inner_;
};

}  // namespace session::test
