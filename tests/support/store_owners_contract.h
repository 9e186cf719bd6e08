#pragma once

// What core/store/store.h promises of owners and of the list of keys, as claims that run against every store.
// Part of tests/support/store_contract.h.

#include <algorithm>
#include <atomic>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/store_calls.h"
#include "tests/support/store_contract_steps.h"

namespace session::test::contract {

using Names = std::vector<std::string>;

inline StoreTerms owned_by(std::string owner, milliseconds ttl = kTtl) {
  StoreTerms terms(ttl);
  terms.owner = std::move(owner);
  return terms;
}

// Terms for an entry that was read with this owner.
inline StoreTerms instead_of(std::string former, milliseconds time_left, StoreTerms terms) {
  terms.former = StoreTerms::Former{5, time_left, std::move(former)};
  return terms;
}

inline CreateOutcome create_for(Store& store, const std::string& key, StoreTerms terms) {
  return answered(run(store.create(key, Bytes("bytes"), std::move(terms))));
}

inline Names owned(Store& store, const std::string& owner, std::size_t max = 1000) {
  Names keys = answered(run(store.owned(owner, max))).keys;
  std::sort(keys.begin(), keys.end());
  return keys;
}

inline StoreTerms at_most(std::size_t max, StoreTerms terms, std::string but_for = {}) {
  terms.owner_limit = StoreTerms::OwnerLimit{max, std::move(but_for)};
  return terms;
}

// All pages of keys, in order.
inline Names all_keys(Store& store, std::size_t page_size) {
  Names keys;
  std::string cursor;
  do {
    KeyPage page = answered(run(store.keys(cursor, page_size)));
    keys.insert(keys.end(), page.keys.begin(), page.keys.end());
    cursor = page.cursor;
  } while (!cursor.empty());
  return keys;
}

}  // namespace session::test::contract

BOOST_AUTO_TEST_SUITE(store_owners_contract)

using namespace session;
using namespace session::test;
using namespace session::test::contract;

BOOST_AUTO_TEST_CASE_TEMPLATE(an_entry_is_listed_for_its_owner_alone, Fixture, StoresUnderContract) {
  Fixture fixture;
  Store& store = fixture.store();
  create_for(store, "a", owned_by("ada"));
  create_for(store, "b", owned_by("bob"));
  create_for(store, "c", owned_by("ada"));
  create(store, "d", "bytes");
  BOOST_TEST(owned(store, "ada") == (Names{"a", "c"}), boost::test_tools::per_element());
  BOOST_TEST(owned(store, "bob") == Names{"b"}, boost::test_tools::per_element());
  BOOST_TEST(owned(store, "eve").empty());
  BOOST_TEST(owned(store, "ada", 1).size() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_create_of_what_exists_leaves_the_owner, Fixture, StoresUnderContract) {
  Fixture fixture;
  create_for(fixture.store(), "key", owned_by("ada"));
  BOOST_TEST((create_for(fixture.store(), "key", owned_by("ada")) == CreateOutcome::exists));
  BOOST_TEST(owned(fixture.store(), "ada") == Names{"key"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_erased_is_listed_no_more, Fixture, StoresUnderContract) {
  Fixture fixture;
  Store& store = fixture.store();
  create_for(store, "a", owned_by("ada"));
  create_for(store, "b", owned_by("ada"));
  answered(run(store.erase("a", "ada")));
  BOOST_TEST(owned(store, "ada") == Names{"b"}, boost::test_tools::per_element());
  answered(run(store.erase_if("b", Bytes("other"), "ada")));
  BOOST_TEST(owned(store, "ada") == Names{"b"}, boost::test_tools::per_element());
  answered(run(store.erase_if("b", Bytes("bytes"), "ada")));
  BOOST_TEST(owned(store, "ada").empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_replace_sets_the_owner, Fixture, StoresUnderContract) {
  Fixture fixture;
  Store& store = fixture.store();
  create(store, "key", "bytes");
  const auto replace_for = [&](std::string former, StoreTerms terms) {
    StoreTerms with = instead_of(std::move(former), kTtl, std::move(terms));
    BOOST_TEST((answered(run(store.replace("key", Bytes("bytes"), Bytes("bytes"), with))) ==
                ReplaceOutcome::replaced));
  };
  replace_for("", owned_by("ada"));
  BOOST_TEST(owned(store, "ada") == Names{"key"}, boost::test_tools::per_element());
  replace_for("ada", owned_by("ada"));
  BOOST_TEST(owned(store, "ada") == Names{"key"}, boost::test_tools::per_element());
  replace_for("ada", owned_by("bob"));
  BOOST_TEST(owned(store, "ada").empty());
  BOOST_TEST(owned(store, "bob") == Names{"key"}, boost::test_tools::per_element());
  replace_for("bob", StoreTerms(kTtl));
  BOOST_TEST(owned(store, "bob").empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_replace_that_fails_leaves_the_owner, Fixture, StoresUnderContract) {
  Fixture fixture;
  Store& store = fixture.store();
  create_for(store, "key", owned_by("ada"));
  const StoreTerms terms = instead_of("ada", kTtl, StoreTerms(kTtl));
  BOOST_TEST(
      (answered(run(store.replace("key", Bytes("other"), Bytes("new"), terms))) == ReplaceOutcome::mismatch));
  BOOST_TEST(owned(store, "ada") == Names{"key"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_touch_lists_an_entry, Fixture, StoresUnderContract) {
  Fixture fixture;
  Store& store = fixture.store();
  create(store, "key", "bytes");
  answered(run(store.touch("key", owned_by("ada"))));
  BOOST_TEST(owned(store, "ada") == Names{"key"}, boost::test_tools::per_element());
  answered(run(store.touch("key", kTtl)));
  BOOST_TEST(owned(store, "ada") == Names{"key"}, boost::test_tools::per_element());
}

// Whoever extends an entry says what it had left; the list must go along, however often.
BOOST_AUTO_TEST_CASE_TEMPLATE(an_entry_that_is_kept_alive_stays_listed, Fixture, StoresUnderContract) {
  Fixture fixture;
  Store& store = fixture.store();
  create_for(store, "touched", owned_by("ada", 100s));
  create_for(store, "written", owned_by("ada", 100s));
  for (int i = 0; i < 20; ++i) {
    fixture.advance(70s);
    const milliseconds left = load(store, "touched")->time_left.value();
    answered(run(store.touch("touched", instead_of("ada", left, owned_by("ada", 100s)))));
    const StoreTerms terms =
        instead_of("ada", load(store, "written")->time_left.value(), owned_by("ada", 100s));
    answered(run(store.replace("written", Bytes("bytes"), Bytes("bytes"), terms)));
    create_for(store, "other" + std::to_string(i), owned_by("ada", 1s));  // ends what has expired
    const Names now = owned(store, "ada");
    BOOST_TEST(std::count(now.begin(), now.end(), "touched") == 1);
    BOOST_TEST(std::count(now.begin(), now.end(), "written") == 1);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_list_ends_with_its_entries, Fixture, StoresUnderContract) {
  Fixture fixture;
  create_for(fixture.store(), "key", owned_by("ada"));
  advance_past(fixture, kTtl + 5min);
  BOOST_TEST(!holds(fixture.store(), "key"));
  BOOST_TEST(owned(fixture.store(), "ada").empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_entry_that_another_program_wrote_can_be_owned, Fixture,
                              StoresUnderContract) {
  Fixture fixture;
  Store& store = fixture.store();
  create(store, "key", "bytes");
  answered(run(store.own("key", "ada", kTtl)));
  BOOST_TEST(owned(store, "ada") == Names{"key"}, boost::test_tools::per_element());
  check_time_left(fixture, "key", kTtl);
}

// Whoever has read the list before an entry was created finds none, and says so when it may be there.
BOOST_AUTO_TEST_CASE_TEMPLATE(an_entry_that_is_there_is_never_taken_out_of_the_list, Fixture,
                              StoresUnderContract) {
  Fixture fixture;
  Store& store = fixture.store();
  const seconds before = answered(run(store.owned("ada", 10))).as_of;
  create_for(store, "key", owned_by("ada"));
  answered(run(store.disown("key", "ada", before)));
  BOOST_TEST(owned(store, "ada") == Names{"key"}, boost::test_tools::per_element());
  answered(run(store.disown("key", "ada", answered(run(store.owned("ada", 10))).as_of)));
  BOOST_TEST(owned(store, "ada") == Names{"key"}, boost::test_tools::per_element());
}

// A reader who removes what he finds to be gone, and creates meanwhile: each is listed when it is answered.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_create_that_was_answered_is_listed_whoever_reads_the_list, Fixture,
                              StoresUnderContract) {
  Fixture fixture;
  Store& store = fixture.store();
  constexpr int kCreates = 100;
  std::atomic<int> running = 3;
  std::atomic<int> missed = 0;
  in_parallel(4, [&](int thread) {
    for (int i = 0; thread < 3 && i < kCreates; ++i) {
      const std::string key = std::to_string(thread) + "." + std::to_string(i);
      create_for(store, key, owned_by("ada"));
      const Names now = owned(store, "ada");
      missed += std::count(now.begin(), now.end(), key) == 1 ? 0 : 1;
    }
    if (thread < 3) --running;
    while (thread == 3 && running > 0) {
      const OwnedKeys list = answered(run(store.owned("ada", 1000)));
      for (const std::string& key : list.keys) {
        if (!holds(store, key)) answered(run(store.disown(key, "ada", list.as_of)));
      }
    }
  });
  BOOST_TEST(missed == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_owner_has_no_more_entries_than_the_limit, Fixture, StoresUnderContract) {
  Fixture fixture;
  Store& store = fixture.store();
  BOOST_TEST((create_for(store, "a", at_most(2, owned_by("ada"))) == CreateOutcome::created));
  BOOST_TEST((create_for(store, "b", at_most(2, owned_by("ada"))) == CreateOutcome::created));
  BOOST_TEST((create_for(store, "c", at_most(2, owned_by("ada"))) == CreateOutcome::too_many));
  BOOST_TEST(!holds(store, "c"));
  BOOST_TEST(owned(store, "ada") == (Names{"a", "b"}), boost::test_tools::per_element());
  BOOST_TEST((create_for(store, "c", at_most(2, owned_by("bob"))) == CreateOutcome::created));
  BOOST_TEST((create_for(store, "d", at_most(2, owned_by("ada"), "b")) == CreateOutcome::created));
  BOOST_TEST((create_for(store, "e", at_most(2, owned_by("ada"), "b")) == CreateOutcome::too_many));
  BOOST_TEST((create_for(store, "f", owned_by("ada")) == CreateOutcome::created));
  BOOST_TEST((create_for(store, "g", at_most(0, owned_by("eve"))) == CreateOutcome::too_many));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(of_creates_at_once_the_limit_lets_as_many_through, Fixture,
                              StoresUnderContract) {
  Fixture fixture;
  Store& store = fixture.store();
  std::atomic<int> created = 0;
  in_parallel(4, [&](int thread) {
    for (int i = 0; i < 25; ++i) {
      const std::string key = std::to_string(thread) + "." + std::to_string(i);
      created += create_for(store, key, at_most(5, owned_by("ada"))) == CreateOutcome::created ? 1 : 0;
    }
  });
  BOOST_TEST(created == 5);
  BOOST_TEST(owned(store, "ada").size() == 5u);
}

// One thread ends what is listed, as often as others create: at the end nothing is there that is not listed.
BOOST_AUTO_TEST_CASE_TEMPLATE(no_create_is_missed_by_whoever_ends_what_is_listed, Fixture,
                              StoresUnderContract) {
  Fixture fixture;
  Store& store = fixture.store();
  constexpr int kCreates = 150;
  std::atomic<int> running = 3;
  in_parallel(4, [&](int thread) {
    for (int i = 0; thread < 3 && i < kCreates; ++i)
      (void)run(
          store.create(std::to_string(thread) + "." + std::to_string(i), Bytes("bytes"), owned_by("ada")));
    if (thread < 3) --running;
    while (thread == 3 && running > 0) {
      const OwnedKeys list = answered(run(store.owned("ada", 1000)));
      for (const std::string& key : list.keys) {
        if (!holds(store, key)) {
          answered(run(store.disown(key, "ada", list.as_of)));
        } else {
          erase(store, key, "ada");
        }
      }
    }
  });
  for (const std::string& key : owned(store, "ada")) answered(run(store.erase(key, "ada")));
  for (int i = 0; i < 3 * kCreates; ++i)
    BOOST_TEST(!holds(store, std::to_string(i / kCreates) + "." + std::to_string(i % kCreates)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(all_keys_are_on_one_page_or_another, Fixture, StoresUnderContract) {
  Fixture fixture;
  Store& store = fixture.store();
  BOOST_TEST(all_keys(store, 10).empty());
  std::set<std::string> expected;
  for (int i = 0; i < 1000; ++i) {
    const std::string key = "key" + std::to_string(i);
    create_for(store, key, i % 2 == 0 ? owned_by("owner" + std::to_string(i)) : StoreTerms(kTtl));
    expected.insert(key);
  }
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{100}, std::size_t{5000}}) {
    const Names keys = all_keys(store, size);
    BOOST_TEST(std::set(keys.begin(), keys.end()) == expected, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(keys_that_stay_are_found_while_others_come_and_go, Fixture,
                              StoresUnderContract) {
  Fixture fixture;
  Store& store = fixture.store();
  for (int i = 0; i < 300; ++i) create(store, "stays" + std::to_string(i), "bytes");
  std::set<std::string> found;
  std::string cursor;
  int made = 0;
  do {
    KeyPage page = answered(run(store.keys(cursor, 20)));
    for (const std::string& key : page.keys) {
      if (key.starts_with("stays")) found.insert(key);
    }
    cursor = page.cursor;
    for (int i = 0; i < 60; ++i, ++made) create(store, "new" + std::to_string(made), "bytes");
    for (int i = made - 60; made > 600 && i < made; ++i) erase(store, "new" + std::to_string(i));
  } while (!cursor.empty() && made < 6000);
  BOOST_TEST(found.size() == 300u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_unknown_cursor_begins_anew, Fixture, StoresUnderContract) {
  Fixture fixture;
  create(fixture.store(), "key", "bytes");
  for (const std::string& cursor :
       Names{"x", "1.x", ".", "0.0.0", "64.0", "99999999999999999999999.1", "single.7.x"}) {
    Names keys = answered(run(fixture.store().keys(cursor, 10))).keys;
    BOOST_TEST(keys == Names{"key"}, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_SUITE_END()
