// The contract of every store, over a store with a file: with both durabilities, and closed and opened again
// between the calls.

#include <tuple>

#include <boost/test/unit_test.hpp>

#include "tests/support/durable/durable_fixture.h"
#include "tests/support/durable/reopening_store.h"

namespace session::test {
namespace {

template <Durability kDurability>
struct Durable : DurableFixture {
  // Opened at once: claims ask for the store from many threads.
  Durable() : DurableFixture(kDurability) { durable(); }
};

template <Durability kDurability>
struct Reopened : Durable<kDurability> {
  Store& store() { return reopening; }

  ReopeningStore reopening{[this]() -> Store& {
                             this->reopen();
                             return this->durable().store();
                           },
                           [this]() -> Store& { return this->durable().store(); }};
};

}  // namespace

using StoresUnderContract = std::tuple<Durable<Durability::second>, Durable<Durability::commit>,
                                       Reopened<Durability::second>, Reopened<Durability::commit>>;
}  // namespace session::test

#include "tests/support/store_contract.h"
