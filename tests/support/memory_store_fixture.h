#pragma once

#include "core/store/memory/memory_store.h"
#include "tests/support/fake_clock.h"

namespace session::test {

// A MemoryStore whose time moves when told to.
struct MemoryStoreFixture {
  MemoryStoreFixture() = default;
  explicit MemoryStoreFixture(MemoryStoreOptions options) : memory(options, clock) {}

  Store& store() { return memory; }
  void advance(milliseconds by) { clock.advance(by); }

  FakeClock clock;
  MemoryStore memory{MemoryStoreOptions(), clock};
};

}  // namespace session::test
