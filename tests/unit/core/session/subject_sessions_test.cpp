// Sessions of one subject end, or are to stay, while others get other ids and log in.

#include "core/session/subject_sessions.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/crypto/random.h"
#include "core/format/express/express.h"
#include "core/format/session_store/session_store.h"
#include "core/session/session_directory.h"
#include "tests/support/scripted_store.h"
#include "tests/support/session_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

using MakeFormat = std::function<Format(const Random&)>;

struct NamedFormat {
  const char* name;
  MakeFormat make;
};

const std::vector<NamedFormat>& formats() {
  static const std::vector<NamedFormat> all = {
      {"native", [](const Random& source) { return native_format(format_options(), source); }},
      {"express",
       [](const Random& source) {
         ExpressFormatOptions options;
         options.secrets.emplace_back(std::string("keyboard cat"));
         return express_format(std::move(options), source);
       }},
      {"session-store",
       [](const Random& source) { return session_store_format(SessionStoreFormatOptions(), source); }},
  };
  return all;
}

// Two gateways over one store, of which one has a limit.
struct Site {
  explicit Site(const MakeFormat& make, std::size_t count = 0)
      : format(make(random)), manager(make_manager(make, count)), other(make_manager(make, count)) {}

  SessionManager make_manager(const MakeFormat& make, std::size_t count) {
    SessionManagerOptions options;
    options.policy.max_per_subject.count = count;
    options.owner_id_keys = {Secret("owners of the tests")};
    options.log_id_key = Secret("names of the tests");
    return SessionManager(store, make(random), std::make_shared<Identity>(IdentitySettings()), options,
                          clock);
  }

  Session login(const std::string& user = "ada") {
    clock.advance(10ms);
    Session session = manager.create();
    BOOST_REQUIRE(run(session.set("user", user, Flush::now)));
    return session;
  }
  std::vector<Session> logins(int count) {
    std::vector<Session> sessions;
    for (int i = 0; i < count; ++i) sessions.push_back(login());
    return sessions;
  }
  // The same session, as another request has it.
  Session again(const Session& session) { return std::move(*run(other.at(session.id()))); }
  bool lives(const Session& session) {
    const auto loaded = answered(run(memory.load(format.cookies->store_key(session.id()))));
    return loaded && format.records->decode(format.cookies->store_key(session.id()), loaded->bytes.view());
  }
  int living(const std::vector<Session>& sessions) {
    int count = 0;
    for (const Session& session : sessions) count += lives(session) ? 1 : 0;
    return count;
  }
  DirectoryEnded end_of_ada() {
    SessionDirectory directory = other.directory();
    return run(directory.end_of("ada"));
  }
  DirectoryEnded end_others(const Session& spared) {
    SessionDirectory directory = other.directory();
    return run(directory.end_others("ada", spared));
  }

  FakeClock clock;
  MemoryStore memory{MemoryStoreOptions(), clock};
  ScriptedStore store{memory};
  CountedRandom random;
  Format format;
  SessionManager manager;
  SessionManager other;
};

// Plays a scene with the interruption before the first store call, the second, and so on, until there are no
// more. Returns how often.
int at_each_step(const std::function<bool(int nth)>& scene) {
  int nth = 1;
  while (scene(nth)) ++nth;
  return nth - 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(subject_sessions)

BOOST_AUTO_TEST_CASE(a_session_that_gets_another_id_while_the_others_end_lives_on) {
  for (const NamedFormat& format : formats()) {
    const int steps = at_each_step([&](int nth) {
      Site site(format.make);
      Session mine = site.login();
      const Session asking = site.again(mine);
      const Session theirs = site.login();
      std::optional<DirectoryEnded> ended;
      site.store.before(
          ScriptedStore::any_call, [&] { ended = site.end_others(asking); }, nth);
      BOOST_TEST_CONTEXT(format.name << " before call " << nth) {
        BOOST_TEST(run(mine.regenerate()).has_value());
        BOOST_TEST(site.lives(mine));
        if (ended) BOOST_TEST(site.lives(theirs) == ended->failure.has_value());
      }
      return ended.has_value();
    });
    BOOST_TEST(steps >= 2);
  }
}

BOOST_AUTO_TEST_CASE(the_others_end_while_the_session_that_stays_gets_another_id) {
  for (const NamedFormat& format : formats()) {
    const int steps = at_each_step([&](int nth) {
      Site site(format.make);
      Session mine = site.login();
      const Session asking = site.again(mine);
      const Session theirs = site.login();
      bool moved = false;
      site.store.before(
          ScriptedStore::any_call, [&] { moved = run(mine.regenerate()).has_value(); }, nth);
      BOOST_TEST_CONTEXT(format.name << " before call " << nth) {
        const DirectoryEnded ended = site.end_others(asking);
        BOOST_TEST(site.lives(mine));
        BOOST_TEST(site.lives(theirs) == ended.failure.has_value());
      }
      return moved;
    });
    BOOST_TEST(steps >= 3);
  }
}

BOOST_AUTO_TEST_CASE(where_the_session_that_is_to_stay_has_ended_no_other_ends) {
  for (const NamedFormat& format : formats()) {
    Site site(format.make);
    Session mine = site.login();
    const Session asking = site.again(mine);
    const Session theirs = site.login();
    BOOST_REQUIRE(run(mine.destroy()));
    const DirectoryEnded ended = site.end_others(asking);
    BOOST_TEST(ended.failure.has_value());
    BOOST_TEST(ended.events.empty());
    BOOST_TEST(site.lives(theirs));
  }
}

BOOST_AUTO_TEST_CASE(the_session_that_stays_keeps_its_attributes_and_its_end) {
  for (const NamedFormat& format : formats()) {
    Site site(format.make);
    const Session mine = site.login();
    const Session theirs = site.login();
    const auto before = answered(run(site.memory.load(site.format.cookies->store_key(mine.id()))));
    BOOST_TEST(!site.end_others(mine).failure.has_value());
    BOOST_TEST(!site.lives(theirs));
    Session again = site.again(mine);
    BOOST_TEST(*again.get("user") == "ada");
    const auto after = answered(run(site.memory.load(site.format.cookies->store_key(mine.id()))));
    BOOST_TEST(after->time_left.value().count() == before->time_left.value().count());
    BOOST_TEST(Json::parse(after->bytes.view()) == Json::parse(before->bytes.view()));
    BOOST_TEST(!site.end_others(mine).failure.has_value());
    BOOST_TEST(site.lives(mine));
  }
}

BOOST_AUTO_TEST_CASE(at_the_limit_the_session_that_logs_in_stays_and_the_oldest_ends) {
  for (const NamedFormat& format : formats()) {
    BOOST_TEST_CONTEXT(format.name) {
      Site site(format.make, 3);
      std::vector<Session> sessions;
      for (int i = 0; i < 30; ++i) {
        sessions.push_back(site.login());
        BOOST_TEST(site.lives(sessions.back()));
        BOOST_TEST(site.living(sessions) == std::min(i + 1, 3));
      }
      const bool has_ends = std::string(format.name) != "session-store";
      if (has_ends) BOOST_TEST(site.lives(sessions[28]));
      if (has_ends) BOOST_TEST(site.lives(sessions[27]));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_limit_holds_when_a_session_gets_another_id_during_a_login) {
  for (const NamedFormat& format : formats()) {
    const int steps = at_each_step([&](int nth) {
      Site site(format.make, 2);
      std::vector<Session> sessions = site.logins(2);
      bool interrupted = false;
      site.store.before(
          ScriptedStore::any_call,
          [&] {
            interrupted = true;
            (void)run(sessions[0].regenerate());
          },
          nth);
      BOOST_TEST_CONTEXT(format.name << " before call " << nth) {
        sessions.push_back(site.login());
        BOOST_TEST(site.lives(sessions.back()));
        BOOST_TEST(site.living(sessions) <= 2);
      }
      return interrupted;
    });
    BOOST_TEST(steps >= 5);
  }
}

BOOST_AUTO_TEST_CASE(the_limit_holds_when_somebody_logs_in_while_a_session_gets_another_id) {
  for (const NamedFormat& format : formats()) {
    const int steps = at_each_step([&](int nth) {
      Site site(format.make, 2);
      std::vector<Session> sessions = site.logins(2);
      std::optional<Session> late;
      site.store.before(
          ScriptedStore::any_call, [&] { late.emplace(site.login()); }, nth);
      BOOST_TEST_CONTEXT(format.name << " before call " << nth) {
        (void)run(sessions[0].regenerate());
        if (late) sessions.push_back(std::move(*late));
        BOOST_TEST(site.lives(sessions.back()));
        BOOST_TEST(site.living(sessions) <= 2);
      }
      return late.has_value();
    });
    BOOST_TEST(steps >= 2);
  }
}

// Each login spares its own session. Without a lease two of them could end each other's.
BOOST_AUTO_TEST_CASE(of_many_logins_at_once_as_many_live_as_are_allowed) {
  constexpr int kThreads = 4;
  constexpr int kEach = 10;
  for (const NamedFormat& format : formats()) {
    for (const std::size_t count : {1U, 3U}) {
      MemoryStore memory;
      std::vector<std::vector<std::string>> keys(kThreads);
      in_parallel(kThreads, [&](int thread) {
        SessionManagerOptions options;
        options.policy.max_per_subject.count = count;
        options.write_deadline = 60s;
        options.owner_id_keys = {Secret("owners of the tests")};
        SessionManager manager(memory, format.make(system_random()),
                               std::make_shared<Identity>(IdentitySettings()), options);
        const Format own = format.make(system_random());
        for (int i = 0; i < kEach; ++i) {
          Session session = manager.create();
          if (run(session.set("user", "ada", Flush::now)))
            keys[static_cast<std::size_t>(thread)].push_back(own.cookies->store_key(session.id()));
        }
      });
      std::size_t logins = 0, living = 0;
      for (const auto& some : keys) {
        logins += some.size();
        for (const std::string& key : some) living += holds(memory, key) ? 1 : 0;
      }
      BOOST_TEST(logins == std::size_t{kThreads} * kEach);
      BOOST_TEST_CONTEXT(format.name) { BOOST_TEST(living == count); }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_record_that_can_not_be_loaded_keeps_no_other_session_from_ending) {
  for (int nth = 1; nth <= 5; ++nth) {
    Site site(formats()[0].make);
    const std::vector<Session> sessions = site.logins(5);
    site.store.fail(ScriptedStore::load_call, nth);
    const DirectoryEnded ended = site.end_of_ada();
    BOOST_TEST(ended.failure.has_value());
    BOOST_TEST(ended.events.size() == 4u);
    BOOST_TEST(site.living(sessions) == 1);
  }
}

BOOST_AUTO_TEST_CASE(whoever_keeps_logging_in_keeps_no_session_from_ending) {
  for (const NamedFormat& format : formats()) {
    Site site(format.make);
    const std::vector<Session> before = site.logins(5);
    std::vector<Session> meanwhile;
    const auto log_in = [&] { meanwhile.push_back(site.login()); };
    site.store.before_each(ScriptedStore::any_call, log_in);
    const DirectoryEnded ended = site.end_of_ada();
    site.store.before_each(ScriptedStore::any_call, {});
    BOOST_TEST(!ended.failure.has_value());
    BOOST_TEST(meanwhile.size() > 5u);
    BOOST_TEST(site.living(before) == 0);
    // Those that began meanwhile are listed.
    BOOST_TEST(!site.end_of_ada().failure.has_value());
    BOOST_TEST(site.living(meanwhile) == 0);
  }
}

BOOST_AUTO_TEST_CASE(no_session_outlives_the_end_of_all_by_getting_another_id) {
  for (const NamedFormat& format : formats()) {
    const int steps = at_each_step([&](int nth) {
      Site site(format.make);
      std::vector<Session> sessions = site.logins(2);
      bool interrupted = false;
      site.store.before(
          ScriptedStore::any_call,
          [&] {
            interrupted = true;
            (void)run(sessions[0].regenerate());
          },
          nth);
      BOOST_TEST_CONTEXT(format.name << " before call " << nth) {
        BOOST_TEST(!site.end_of_ada().failure.has_value());
        BOOST_TEST(site.living(sessions) == 0);
      }
      return interrupted;
    });
    BOOST_TEST(steps >= 3);
  }
}

BOOST_AUTO_TEST_CASE(many_sessions_end_in_parts_if_there_is_no_time_for_all) {
  Site site(formats()[0].make);
  const std::vector<Session> sessions = site.logins(600);
  SessionDirectory directory = site.other.directory();
  const DirectoryEnded some = run(directory.end_of("ada", std::nullopt, [] { return true; }));
  BOOST_TEST(some.stopped);
  BOOST_TEST(some.events.size() == 256u);
  const DirectoryEnded rest = run(directory.end_of("ada", std::nullopt, [] { return false; }));
  BOOST_TEST(!rest.stopped);
  BOOST_TEST(rest.events.size() == 344u);
  BOOST_TEST(site.living(sessions) == 0);
}

// A session of an accepted format, and one of the format in use.
struct Migrating : Site {
  Migrating() : Site(formats()[0].make, 1), express(formats()[1].make(random)) {
    manager.accept({formats()[1].make(random), "connect.sid"});
    (void)create(memory, express.cookies->store_key("legacy"), R"({"cookie":{},"user":"ada"})");
  }

  Format express;
  const std::string header = "connect.sid=" + express.cookies->cookie("legacy", seconds(0));
};

BOOST_FIXTURE_TEST_CASE(an_operator_s_look_at_a_session_of_an_accepted_format_migrates_it_not, Migrating) {
  const std::vector<std::string_view> headers = {header};
  const auto found = answered(run(manager.look_up(headers)));
  BOOST_TEST_REQUIRE(found.session.has_value());
  BOOST_TEST(found.session->summary->subject.value_or("") == "ada");
  BOOST_TEST((found.attributes == Json{{"user", "ada"}}));
  BOOST_TEST(holds(memory, express.cookies->store_key("legacy")));
  BOOST_TEST(memory.stats().entries == 1u);
  const std::vector<std::string_view> none = {"connect.sid=forged"};
  BOOST_TEST(!answered(run(manager.look_up(none))).session.has_value());
}

BOOST_FIXTURE_TEST_CASE(the_limit_counts_a_session_when_it_migrates, Migrating) {
  const Session before = login();
  const std::vector<std::string_view> headers = {header};
  const auto opened = answered(run(manager.open(headers, Touch::on)));
  BOOST_TEST_REQUIRE(opened.session.has_value());
  BOOST_TEST(lives(*opened.session));
  BOOST_TEST(!lives(before));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
