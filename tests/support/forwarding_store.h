#pragma once

#include <string>
#include <utility>

#include "core/store/store.h"

namespace session::test {

// Passes everything on to another store: to be derived from by those that do one thing differently.
class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(Store& inner) : inner_(inner) {}

  Answer<std::optional<Entry>> load(std::string key, std::size_t max_bytes) override {
    return inner_.load(std::move(key), max_bytes);
  }
  Answer<CreateOutcome> create(std::string key, Bytes bytes, StoreTerms terms) override {
    return inner_.create(std::move(key), std::move(bytes), terms);
  }
  Answer<ReplaceOutcome> replace(std::string key, Bytes expected, Bytes bytes, StoreTerms terms) override {
    return inner_.replace(std::move(key), std::move(expected), std::move(bytes), terms);
  }
  Answer<TouchOutcome> touch(std::string key, StoreTerms terms) override {
    return inner_.touch(std::move(key), terms);
  }
  Answer<EraseOutcome> erase(std::string key) override { return inner_.erase(std::move(key)); }
  Answer<EraseIfOutcome> erase_if(std::string key, Bytes expected) override {
    return inner_.erase_if(std::move(key), std::move(expected));
  }

 protected:
  Store& inner_;
};

}  // namespace session::test
