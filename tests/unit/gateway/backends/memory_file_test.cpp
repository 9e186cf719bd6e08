#include "gateway/backends/memory_file.h"

#include <set>
#include <string>
#include <vector>

#include "gateway/backends/store_backend.h"
#include "gateway/telemetry/metrics/metrics.h"
#include "tests/support/loading.h"
#include "tests/support/log_lines.h"
#include "tests/support/scrape.h"
#include "tests/support/store_calls.h"
#include "tests/support/told_commands.h"

namespace session::gateway {
namespace {

using session::test::create;
using session::test::holds;
using session::test::Scrape;
using session::test::ToldCommands;
using State = DurableStore::Stats::State;

std::string keys(const std::string& salt, const std::string& id = "k1") {
  return "salt: { value: " + salt + " }\nkeys: [ { id: " + id +
         ", value: 0123456789abcdef0123456789abcdef } ]\n";
}

// The store of a configuration whose file is in that folder.
struct Backend {
  explicit Backend(const Directory& folder, const std::string& more = "on_disk_error: serve",
                   const std::string& name = "sessions.db")
      : path((folder.path / name).string()),
        backend(make_store(
            settings(keys("pepper") + "store: { memory: { file: '" + path + "', " + more + " } }\n"),
            telemetry, [this](const std::string& status) { statuses.push_back(status); })) {}

  [[nodiscard]] Scrape scrape() { return Scrape(telemetry.metrics().render()); }

  std::string path;
  std::vector<std::string> statuses;
  session::test::LogLines log;
  Telemetry telemetry{LogSettings{}, log.sink()};
  StoreBackend backend;
  ToldCommands told;
  std::unique_ptr<Store> store = backend.way_for(told);
};

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_file)

BOOST_FIXTURE_TEST_CASE(what_a_store_holds_at_its_end_the_next_one_holds, Directory) {
  {
    Backend before(*this);
    create(*before.store, "one", "x");
    BOOST_TEST(before.told.lines().size() == 1U);
    BOOST_TEST(before.backend.summary() == "memory: 1 session, 0 MiB, in a file of 0 MiB");
    BOOST_TEST(before.backend.trouble() == "");
    before.backend.close();
    BOOST_TEST(before.backend.summary() == "memory: 1 session, 0 MiB, their file is closed");
    BOOST_TEST(before.scrape()["session_gateway_memory_file_rows_total"] >= 1);
  }
  Backend after(*this);
  BOOST_TEST(holds(*after.store, "one"));
  BOOST_TEST(after.log.text().starts_with("info " + after.path + ": 1 sessions read in "));
  BOOST_TEST((after.statuses == std::vector<std::string>{"opening " + after.path}));
  const Scrape scrape = after.scrape();
  BOOST_TEST(scrape["session_gateway_memory_file_up"] == 1);
  BOOST_TEST(scrape["session_gateway_memory_file_loaded_sessions"] == 1);
  BOOST_TEST(scrape["session_gateway_memory_file_behind"] == 0);
  BOOST_TEST(scrape["session_gateway_memory_file_failures_total"] == 0);
  BOOST_TEST(scrape["session_gateway_memory_file_bytes"] > 0);
  BOOST_TEST(scrape["session_gateway_memory_store_sessions"] == 1);
  (void)after.backend.maintenance();
}

BOOST_FIXTURE_TEST_CASE(without_its_file_it_serves_and_says_so_or_is_not_made, Directory) {
  Backend degraded(*this, "on_disk_error: serve", "missing/sessions.db");
  create(*degraded.store, "one", "x");
  BOOST_TEST(degraded.backend.trouble() == "Sessions are in memory only: their file can't be written.");
  BOOST_TEST(degraded.backend.summary().starts_with("memory: 1 session, 0 MiB, not in their file: "));
  BOOST_TEST(degraded.log.text().starts_with("error serving without the file of sessions: " + degraded.path));
  BOOST_TEST(degraded.scrape()["session_gateway_memory_file_up"] == 0);
  BOOST_CHECK_EXCEPTION(Backend(*this, "on_disk_error: refuse", "missing/sessions.db"), std::runtime_error,
                        [&](const auto& thrown) {
                          return std::string(thrown.what()).find(degraded.path) != std::string::npos;
                        });
}

BOOST_FIXTURE_TEST_CASE(what_a_file_depends_on_is_what_its_keys_are_made_of, Directory) {
  const auto of = [](const std::string& yaml) { return store_key_fingerprint(settings(yaml)); };
  const std::string express = "dialect: express\nexpress: { secrets: [ { value: cat } ]";
  const std::set<std::string> different = {of(keys("pepper")), of(keys("ginger")),
                                           of("dialect: session-store\nsalt: { value: pepper }\n"),
                                           of(express + " }\n"), of(express + ", prefix: \"s:\" }\n")};
  BOOST_TEST(different.size() == 5U);
  BOOST_TEST(of(keys("pepper", "k2")) == of(keys("pepper")));
  BOOST_TEST(of("dialect: express\nexpress: { secrets: [ { value: dog }, { value: cat } ] }\n") ==
             of(express + " }\n"));
  for (const std::string& fingerprint : different) {
    BOOST_TEST(fingerprint.size() == 64U);
    BOOST_TEST(fingerprint.find("pepper") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_fails_or_is_behind_is_trouble) {
  DurableStore::Stats stats;
  stats.file_bytes = std::uint64_t{12} << 20U;
  BOOST_TEST(trouble_of(stats) == "");
  BOOST_TEST(summary_of(stats) == "in a file of 12 MiB");
  stats.behind = true;
  BOOST_TEST(trouble_of(stats) == "Sessions are in memory only: writing their file is too slow.");
  BOOST_TEST(summary_of(stats) == "behind in a file of 12 MiB");
  stats.state = State::failing;
  stats.error = "the disk is full";
  BOOST_TEST(trouble_of(stats) == "Sessions are in memory only: their file can't be written.");
  BOOST_TEST(summary_of(stats) == "not in their file: the disk is full");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
