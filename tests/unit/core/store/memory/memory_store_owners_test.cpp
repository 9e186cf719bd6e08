#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/store/memory/memory_store.h"
#include "tests/support/memory_store_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

// A name as long as those of the gateway are.
const std::string kOwner = "owner:0123456789abcdefghijkl";

std::string key_of(std::size_t i) { return "key-" + std::to_string(i); }
std::string owner_of(std::size_t i) { return "owner-" + std::to_string(i); }

StoreTerms owned_by(std::string owner) {
  StoreTerms terms(kTtl);
  terms.owner = std::move(owner);
  return terms;
}

void create_for(Store& store, const std::string& key, std::string owner) {
  const auto created = answered(run(store.create(key, Bytes("bytes"), owned_by(std::move(owner)))));
  BOOST_REQUIRE((created == CreateOutcome::created));
}

std::vector<std::string> owned(Store& store, const std::string& owner) {
  return answered(run(store.owned(owner, 1000))).keys;
}

std::size_t counted_for(const std::string& owner) {
  MemoryStoreFixture fixture;
  create_for(fixture.memory, "key", owner);
  return fixture.memory.stats().bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_store_owners)

BOOST_AUTO_TEST_CASE(names_of_every_length_are_kept_apart) {
  MemoryStoreFixture fixture;
  for (std::size_t size = 1; size <= 200; ++size)
    create_for(fixture.memory, key_of(size), std::string(size, 'o'));
  for (std::size_t size = 1; size <= 200; ++size) {
    const auto keys = owned(fixture.memory, std::string(size, 'o'));
    BOOST_TEST_REQUIRE(keys == std::vector{key_of(size)}, boost::test_tools::per_element());
  }
  BOOST_TEST(owned(fixture.memory, std::string(201, 'o')).empty());
}

BOOST_AUTO_TEST_CASE(an_owner_counts_with_its_name) {
  BOOST_TEST(counted_for(kOwner) >= counted_for("") + kOwner.size());
  BOOST_TEST(counted_for(std::string(500, 'o')) >= counted_for(kOwner) + 400U);
}

// Another 32 bytes are the links of the entry, as the heap rounds them, which it has without an owner, too.
BOOST_AUTO_TEST_CASE(an_owner_of_one_entry_costs_less_than_120_bytes) {
  BOOST_TEST(counted_for(kOwner) <= counted_for("") + 120U - 32U);
}

BOOST_AUTO_TEST_CASE(owners_that_come_and_go_in_thousands_are_found) {
  MemoryStoreFixture fixture;
  constexpr std::size_t kMany = 20'000;
  const auto has = [&](std::size_t i) {
    return owned(fixture.memory, owner_of(i)) == std::vector{key_of(i)};
  };
  for (std::size_t i = 0; i < kMany; ++i) create_for(fixture.memory, key_of(i), owner_of(i));
  for (std::size_t i = 0; i < kMany; ++i) BOOST_REQUIRE(has(i));
  for (std::size_t i = 0; i < kMany; ++i)
    if (i % 16 != 0) erase(fixture.memory, key_of(i));
  for (std::size_t i = 0; i < kMany; ++i) BOOST_REQUIRE(has(i) == (i % 16 == 0));
  for (std::size_t i = 0; i < kMany; ++i)
    if (i % 16 != 0) create_for(fixture.memory, key_of(i), owner_of(i));
  for (std::size_t i = 0; i < kMany; ++i) BOOST_REQUIRE(has(i));
}

BOOST_AUTO_TEST_CASE(bytes_return_to_zero_whatever_the_names_were) {
  MemoryStoreFixture fixture;
  for (std::size_t i = 0; i < 200; ++i) {
    create_for(fixture.memory, key_of(i), std::string(i + 1, 'o'));
    const auto moved = run(fixture.memory.touch(key_of(i), owned_by(std::string(2 * i + 1, 'p'))));
    BOOST_REQUIRE((answered(moved) == TouchOutcome::touched));
    BOOST_REQUIRE(owned(fixture.memory, std::string(i + 1, 'o')).empty());
  }
  for (std::size_t i = 0; i < 200; ++i) erase(fixture.memory, key_of(i));
  BOOST_TEST(fixture.memory.stats().bytes == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
