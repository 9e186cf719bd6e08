// The file of a durable store: who may read it, when it is set aside, and when it can't be had.

#include <sqlite3.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/durable/durable_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using Kind = DurableEvent::Kind;

unsigned mode_of(const std::string& path) {
  struct stat there {};
  BOOST_REQUIRE(::stat(path.c_str(), &there) == 0);
  return there.st_mode & 07777U;
}

// The files of the folder that were set aside.
std::vector<std::string> set_aside(const DurableFixture& fixture) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(fixture.folder.path())) {
    const std::string name = entry.path().string();
    if (name.find(".set-aside-") != std::string::npos && !name.ends_with("-wal")) found.push_back(name);
  }
  return found;
}

void change_file(const std::string& path, const std::string& statements) {
  sqlite3* opened = nullptr;
  BOOST_REQUIRE(sqlite3_open(path.c_str(), &opened) == SQLITE_OK);
  char* error = nullptr;
  if (sqlite3_exec(opened, statements.c_str(), nullptr, nullptr, &error) != SQLITE_OK)
    BOOST_FAIL("SQLite: " << error);
  sqlite3_close(opened);
}

void write_file(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// That a file which can't be used is kept aside, and a new one begins.
void check_set_aside(DurableFixture& fixture, const std::string& why) {
  BOOST_TEST(!holds(fixture.store(), "key"));
  BOOST_TEST(fixture.events.count(Kind::set_aside) == 1U);
  BOOST_TEST(fixture.events.text(Kind::set_aside).find(why) != std::string::npos,
             fixture.events.text(Kind::set_aside));
  BOOST_TEST_REQUIRE(set_aside(fixture).size() == 1U);
  create(fixture.store(), "new", "value");
  fixture.reopen();
  BOOST_TEST(holds(fixture.store(), "new"));
  BOOST_TEST(fixture.events.count(Kind::set_aside) == 1U);
}

// A closed file with one session.
struct WithFile : DurableFixture {
  WithFile() {
    create(store(), "key", "value");
    BOOST_REQUIRE(close());
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(durable_file)

// --- The file ---

BOOST_AUTO_TEST_CASE(only_its_user_can_read_the_file) {
  DurableFixture fixture;
  create(fixture.store(), "key", "value");
  fixture.settle();
  BOOST_TEST(mode_of(fixture.options.path) == 0600U);
  BOOST_TEST(mode_of(fixture.options.path + "-wal") == 0600U);
  fixture.close();
  BOOST_REQUIRE(::chmod(fixture.options.path.c_str(), 0644) == 0);
  fixture.durable();
  BOOST_TEST(mode_of(fixture.options.path) == 0600U);
}

BOOST_AUTO_TEST_CASE(an_orderly_stop_leaves_one_file) {
  WithFile fixture;
  BOOST_TEST(std::filesystem::exists(fixture.options.path));
  BOOST_TEST(!std::filesystem::exists(fixture.options.path + "-wal"));
}

BOOST_AUTO_TEST_CASE(what_was_written_moves_to_the_file_and_the_wal_stays_small) {
  DurableFixture fixture;
  fixture.options.pages_per_checkpoint = 20;
  for (int i = 0; i < 100; ++i) {
    create(fixture.store(), std::to_string(i), std::string(5000, 'v'));
    fixture.settle();
  }
  await("that it moves", [&] { return std::filesystem::file_size(fixture.options.path) > 70 * 8192U; });
  BOOST_TEST(std::filesystem::file_size(fixture.options.path + "-wal") < 30 * 8300U);
}

BOOST_AUTO_TEST_CASE(a_second_store_on_one_file_is_refused) {
  DurableFixture fixture;
  create(fixture.store(), "key", "value");
  fixture.settle();
  const auto second = DurableStore::open(fixture.options, {}, fixture.clock);
  BOOST_TEST_REQUIRE(!second.has_value());
  BOOST_TEST((second.error().kind == DurableProblem::Kind::in_use));
  BOOST_TEST(second.error().text == fixture.options.path + ": another process has it open");
  create(fixture.store(), "other", "value");
  fixture.reopen();
  BOOST_TEST(holds(fixture.store(), "key"));
  BOOST_TEST(holds(fixture.store(), "other"));
}

BOOST_AUTO_TEST_CASE(an_open_waits_for_a_store_that_is_just_ending) {
  DurableFixture fixture;
  create(fixture.store(), "key", "value");
  fixture.settle();
  DurableOptions options = fixture.options;
  options.lock_timeout = 60s;
  Result<std::unique_ptr<DurableStore>, DurableProblem> second = DurableProblem();
  std::jthread opening([&] { second = DurableStore::open(options, {}, fixture.clock); });
  fixture.close();
  opening.join();
  BOOST_TEST_REQUIRE(second.has_value());
  BOOST_TEST(holds((*second)->store(), "key"));
}

BOOST_AUTO_TEST_CASE(a_file_of_another_fingerprint_is_set_aside) {
  WithFile fixture;
  fixture.options.fingerprint = "of another salt";
  check_set_aside(fixture, "another salt");
  // It is whole: with its fingerprint, and its name, it serves again.
  const std::string aside = set_aside(fixture).at(0);
  fixture.close();
  std::filesystem::rename(aside, fixture.options.path);
  fixture.options.fingerprint = "of the tests";
  BOOST_TEST(text_of(fixture.store(), "key") == "value");
}

BOOST_AUTO_TEST_CASE(a_file_of_a_newer_version_is_set_aside) {
  WithFile fixture;
  change_file(fixture.options.path, "PRAGMA user_version = 99");
  check_set_aside(fixture, "newer version");
}

BOOST_AUTO_TEST_CASE(a_file_of_another_program_is_set_aside) {
  DurableFixture fixture;
  change_file(fixture.options.path, "CREATE TABLE mine (text)");
  check_set_aside(fixture, "another program");
}

BOOST_AUTO_TEST_CASE(what_is_no_database_is_set_aside_as_it_is) {
  DurableFixture fixture;
  write_file(fixture.options.path, std::string(5000, 'x'));
  check_set_aside(fixture, "not a database");
  BOOST_TEST(content_of(set_aside(fixture).at(0)) == std::string(5000, 'x'));
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_set_aside) {
  DurableFixture fixture;
  for (int i = 0; i < 500; ++i) create(fixture.store(), std::to_string(i), std::string(300, 'v'));
  fixture.close();
  std::string content = content_of(fixture.options.path);
  for (std::size_t at = 5 * 8192; at < 9 * 8192; ++at) content[at] = '\x5a';
  write_file(fixture.options.path, content);
  check_set_aside(fixture, "damaged");
  BOOST_TEST((content_of(set_aside(fixture).at(0)) == content));
}

BOOST_AUTO_TEST_CASE(rows_that_nobody_wrote_make_a_file_damaged) {
  for (const char* change :
       {"DELETE FROM times", "UPDATE entries SET key = 5", "UPDATE times SET expires = 'never'",
        "INSERT INTO entries SELECT id + 1, key, value, owner, expendable FROM entries;"
        "INSERT INTO times SELECT id + 1, expires FROM times",
        "DROP TABLE times", "UPDATE entries SET id = -1; UPDATE times SET id = -1"}) {
    WithFile fixture;
    change_file(fixture.options.path, change);
    check_set_aside(fixture, "");
  }
}

BOOST_AUTO_TEST_CASE(setting_aside_overwrites_nothing) {
  DurableFixture fixture;
  for (int i = 0; i < 3; ++i) {
    write_file(fixture.options.path, "no database " + std::to_string(i));
    fixture.durable();
    fixture.close();
  }
  BOOST_TEST(set_aside(fixture).size() == 3U);
}

// --- A file that can't be had ---

// A process that ended between two renames leaves it.
BOOST_AUTO_TEST_CASE(a_wal_without_its_file_is_set_aside_and_not_read) {
  DurableFixture fixture;
  std::ofstream(fixture.options.path + "-wal") << "what is left of another file";
  create(fixture.store(), "key", "value");
  fixture.settle();
  std::size_t aside = 0;
  const auto folder = std::filesystem::path(fixture.options.path).parent_path();
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    aside += entry.path().filename().string().find(".set-aside-") != std::string::npos ? 1 : 0;
  BOOST_TEST(aside == 1u);
  fixture.reopen();
  BOOST_TEST(holds(fixture.store(), "key"));
}

BOOST_AUTO_TEST_CASE(without_a_folder_the_store_does_not_open) {
  DurableFixture fixture;
  fixture.options.path = fixture.folder.path() + "/missing/sessions.db";
  const auto opened = DurableStore::open(fixture.options, {}, fixture.clock);
  BOOST_TEST_REQUIRE(!opened.has_value());
  BOOST_TEST((opened.error().kind == DurableProblem::Kind::inaccessible));
  BOOST_TEST(opened.error().text == fixture.options.path + ": it can't be made: No such file or directory");
}

BOOST_AUTO_TEST_CASE(a_path_that_is_no_file_is_refused_and_stays) {
  DurableFixture fixture;
  std::filesystem::create_directory(fixture.options.path);
  BOOST_TEST(!DurableStore::open(fixture.options, {}, fixture.clock).has_value());
  BOOST_TEST(std::filesystem::is_directory(fixture.options.path));
}

// SQLite takes this name for a database in memory, which would keep nothing.
BOOST_AUTO_TEST_CASE(what_can_t_have_a_write_ahead_log_is_refused) {
  DurableFixture fixture;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(fixture.folder.path());
  fixture.options.path = ":memory:";
  const auto opened = DurableStore::open(fixture.options, fixture.memory, fixture.clock);
  std::filesystem::current_path(before);
  BOOST_TEST_REQUIRE(opened.has_error());
  BOOST_TEST(opened.error().text == ":memory:: it can't have a write-ahead log, but one of mode memory");
}

BOOST_AUTO_TEST_CASE(a_store_may_serve_without_a_file) {
  for (const Durability durability : {Durability::second, Durability::commit}) {
    DurableFixture fixture(durability);
    fixture.options.path = fixture.folder.path() + "/missing/sessions.db";
    fixture.options.serve_without_file = true;
    BOOST_TEST((fixture.durable().stats().state == DurableStore::Stats::State::failing));
    BOOST_TEST(fixture.events.count(Kind::no_file) == 1U);
    const auto created = run(fixture.store().create("key", Bytes("value"), kTtl));
    BOOST_TEST(created.has_value() == (durability == Durability::second));
    BOOST_TEST(holds(fixture.store(), "key") == (durability == Durability::second));
    BOOST_TEST(fixture.durable().stats().queue_bytes == 0U);
    BOOST_TEST(!fixture.close());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
