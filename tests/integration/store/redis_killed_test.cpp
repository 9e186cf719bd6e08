// A gateway is killed between any two commands of what it does, and after any of them. Nothing that lives is
// missing in the list of its owner, so that another gateway can end it with the others.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include "core/record/owner_id.h"
#include "core/store/redis/resp/command.h"
#include "tests/support/migration_fixture.h"
#include "tests/support/redis/cut_proxy.h"
#include "tests/support/redis/redis_store_fixture.h"
#include "tests/support/session_fixture.h"
#include "tests/support/store_calls.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;
using Killed = CutProxy::Killed;

constexpr const char* kOwnersKey = "owners of the tests";
const std::vector<std::string> kSubjects = {"ada", "bob"};

struct SingleRedis {
  RedisServer server;
  CutProxy proxy{server.unix_address()};
  static constexpr RedisTopology kTopology = RedisTopology::single;
};

// A cluster of one node, which has clients come through the proxy.
struct ClusterOfOne {
  RedisServer server{RedisSetup{.cluster = true}};
  CutProxy proxy{server.address(), Wire::tcp};
  static constexpr RedisTopology kTopology = RedisTopology::cluster;

  ClusterOfOne() {
    server.tell({"CONFIG", "SET", "cluster-announce-ip", "127.0.0.1"});
    server.tell({"CONFIG", "SET", "cluster-announce-port", std::to_string(proxy.address().port)});
    server.tell({"CLUSTER", "ADDSLOTSRANGE", "0", "16383"});
    wait_until("the cluster", [&] {
      return server.tell({"CLUSTER", "INFO"}).text.find("cluster_state:ok") != std::string::npos;
    });
  }
};

// How a gateway is configured.
enum class Kind { plain, touching_rarely, at_most_two, refusing, of_express, accepting_express };

// Gateways over one Redis, behind a proxy that can kill them.
struct Scene {
  Scene(RedisServer& at, CutProxy& through, RedisTopology topology)
      : server(at), proxy(through), store(options(through, topology), clock) {}

  static RedisStoreOptions options(const CutProxy& proxy, RedisTopology topology) {
    RedisStoreOptions options;
    options.addresses = {proxy.address()};
    options.topology = topology;
    options.prefix = "";
    options.deadline = options.connect_deadline = 20s;
    return options;
  }
  std::unique_ptr<SessionManager> gateway(Kind kind = Kind::plain) {
    using WhenFull = Policy::PerSubject::WhenFull;
    SessionManagerOptions options;
    options.owner_id_keys = {Secret(kOwnersKey)};
    if (kind == Kind::touching_rarely) options.policy.touch_every = 1h;
    if (kind == Kind::at_most_two) options.policy.max_per_subject = {2, WhenFull::end_oldest};
    if (kind == Kind::refusing) options.policy.max_per_subject = {2, WhenFull::refuse};
    Format format = kind == Kind::of_express ? express_format(TakeoverFixture::express_options(), random)
                                             : native_format(format_options(), random);
    auto made = std::make_unique<SessionManager>(
        store, std::move(format), std::make_shared<Identity>(IdentitySettings()), std::move(options), clock);
    if (kind == Kind::accepting_express)
      made->accept({express_format(TakeoverFixture::express_options(), random), "connect.sid"});
    return made;
  }
  void pass(milliseconds by) {
    server.pass_time(by);
    clock.advance(by);
  }
  // Begins a session of these attributes, and returns its key.
  std::string begin(const std::string& attributes) {
    const auto with = gateway();
    Session session = with->create();
    BOOST_TEST_REQUIRE(run(session.set(Json::parse(attributes), Flush::now)).has_value());
    cookie = std::string(kCookieName) + "=" + native.cookie(session.id(), clock.unix_now());
    return native.store_key(session.id());
  }
  void express_writes(const std::string& id) {
    server.tell({"SET", express.store_key(id), TakeoverFixture::express_record(R"({"user":"ada"})"), "PX",
                 std::to_string(milliseconds(1h).count())});
  }
  std::string owner_of(const std::string& subject, bool of_express) {
    return OwnerId({Secret(kOwnersKey)}, of_express ? "sess:" : "session:").of(subject);
  }

  RedisServer& server;
  CutProxy& proxy;
  ShiftedClock clock;
  RedisStore store;
  const Random& random = system_random();
  WholeNative native{format_options(), random};
  WholeExpress express{TakeoverFixture::express_options(), random};
  std::string cookie;  // of the session that was begun last
};

// What a gateway does. It ends with whether it has done that, if it is not killed.
struct Operation {
  std::string name;
  std::function<void(Scene&)> prepare;
  Kind gateway;
  std::function<Task<bool>(Scene&, SessionManager&)> work;
};

Task<bool> written(Session::Written writing) {
  const auto done = co_await std::move(writing);
  co_return done.has_value();
}

Task<std::optional<Session>> opened(SessionManager& with, std::string cookie, Touch touch = Touch::off) {
  const std::vector<std::string_view> headers = {cookie};
  auto found = co_await with.open(headers, touch);
  if (!found || !found->session) co_return std::nullopt;
  co_return std::move(*found->session);
}

Task<bool> log_in(Scene&, SessionManager& with) {
  Session session = with.create();
  auto writing = session.set(Json{{"user", "ada"}}, Flush::now);
  co_return co_await written(std::move(writing));
}

// Opens the session of the scene's cookie, and does something with it.
template <Session::Written (*kDo)(Session&), Touch kTouch = Touch::off>
Task<bool> with_session(Scene& scene, SessionManager& with) {
  auto session = co_await opened(with, scene.cookie, kTouch);
  if (!session) co_return false;
  auto writing = kDo(*session);
  co_return co_await written(std::move(writing));
}

Session::Written regenerate(Session& session) { return session.regenerate(); }
Session::Written destroy(Session& session) { return session.destroy(); }
Session::Written become_ada(Session& session) { return session.set(Json{{"user", "ada"}}, Flush::now); }
Session::Written be_ada_again(Session& session) {
  session.set_client({}, SameSubject::login);
  return session.set(Json{{"user", "ada"}}, Flush::now);
}
Session::Written log_out(Session& session) { return session.unset("user", Flush::now); }
Session::Written change(Session& session) { return session.set(Json{{"cart", 2}}, Flush::now); }

Task<bool> touch(Scene& scene, SessionManager& with) {
  const auto session = co_await opened(with, scene.cookie, Touch::on);
  co_return session.has_value();
}

Task<bool> end_all(Scene&, SessionManager& with) {
  SessionDirectory directory = with.directory();
  const DirectoryEnded ended = co_await directory.end_of("ada");
  co_return !ended.failure && !ended.events.empty();
}

Task<bool> end_others(Scene& scene, SessionManager& with) {
  const auto session = co_await opened(with, scene.cookie);
  if (!session) co_return false;
  SessionDirectory directory = with.directory();
  const DirectoryEnded ended = co_await directory.end_others("ada", *session);
  co_return !ended.failure && !ended.events.empty();
}

// The store alone: sessions get another id when their subject changes.
Task<bool> give_to_bob(Scene& scene, SessionManager&) {
  StoreTerms terms(30min);
  terms.owner = scene.owner_of("bob", false);
  terms.former = StoreTerms::Former{14, 30min, scene.owner_of("ada", false)};
  Bytes adas(R"({"user":"ada"})");
  Bytes bobs(R"({"user":"bob"})");
  auto replacing = scene.store.replace("session:key", std::move(adas), std::move(bobs), std::move(terms));
  const auto replaced = co_await std::move(replacing);
  co_return replaced&&* replaced == ReplaceOutcome::replaced;
}

void prepare_for_bob(Scene& scene) {
  StoreTerms terms(30min);
  terms.owner = scene.owner_of("ada", false);
  answered(run(scene.store.create("session:key", Bytes(R"({"user":"ada"})"), terms)));
}

void nobody(Scene&) {}
void visitor(Scene& scene) { scene.begin(R"({"cart":1})"); }
void ada(Scene& scene) { scene.begin(R"({"user":"ada"})"); }
void bob(Scene& scene) { scene.begin(R"({"user":"bob"})"); }
void ada_thrice(Scene& scene) {
  for (int i = 0; i < 3; ++i) ada(scene);
}
void ada_of_before(Scene& scene) {
  ada(scene);
  scene.pass(10min);
}
// One of two has gone, and is still listed.
void ada_and_a_gap(Scene& scene) {
  const std::string gone = scene.begin(R"({"user":"ada"})");
  ada(scene);
  scene.pass(90s);
  scene.server.tell({"DEL", gone});
}
void ada_of_express(Scene& scene) {
  scene.express_writes("abc");
  scene.cookie = std::string(kCookieName) + "=" + scene.express.cookie("abc", seconds(0));
}
void ada_who_moves(Scene& scene) {
  scene.express_writes("abc");
  scene.cookie = "connect.sid=" + scene.express.cookie("abc", seconds(0));
}

const std::vector<Operation> kOperations = {
    {"a login", nobody, Kind::plain, log_in},
    {"a visitor's login", visitor, Kind::plain, with_session<become_ada>},
    {"a login in place of another's", bob, Kind::plain, with_session<become_ada>},
    {"a login in place of one's own", ada, Kind::plain, with_session<be_ada_again>},
    {"a login that ends the oldest", ada_thrice, Kind::at_most_two, log_in},
    {"a login where one may be too many", ada_and_a_gap, Kind::refusing, log_in},
    {"a logout that leaves a visitor", ada, Kind::plain, with_session<log_out>},
    {"a destroy", ada, Kind::plain, with_session<destroy>},
    {"another id", ada, Kind::plain, with_session<regenerate>},
    {"another id, much later", ada_of_before, Kind::plain, with_session<regenerate>},
    {"a change", ada, Kind::plain, with_session<change>},
    {"a change, much later", ada_of_before, Kind::touching_rarely, with_session<change, Touch::on>},
    {"a touch, much later", ada_of_before, Kind::plain, touch},
    {"another owner", prepare_for_bob, Kind::plain, give_to_bob},
    {"an end of all", ada_thrice, Kind::plain, end_all},
    {"an end of all others", ada_thrice, Kind::plain, end_others},
    {"a session of express is adopted", ada_of_express, Kind::of_express, touch},
    {"a session of express moves", ada_who_moves, Kind::accepting_express, touch},
};

// Does it with a gateway that is killed after so many commands. Returns whether it was; if not, it was done.
bool kill_after(std::size_t commands, Killed killed, const Operation& operation, Scene& scene) {
  bool done = false;
  const auto with = scene.gateway(operation.gateway);
  {
    boost::asio::io_context loop(1);
    scene.proxy.kill_after(commands, killed, [&] { loop.stop(); });
    boost::asio::co_spawn(loop, operation.work(scene, *with), [&](std::exception_ptr failure, bool success) {
      done = !failure && success;
      loop.stop();
    });
    loop.run();
  }
  if (scene.proxy.restore()) return true;
  BOOST_TEST(done, operation.name << " failed though its gateway lived");
  return false;
}

// The keys of the records that Redis has of a subject.
std::vector<std::string> records_of(Scene& scene, const std::string& subject, const std::string& prefix) {
  std::vector<std::string> keys;
  for (const std::string& key : scene.server.string_keys(prefix + "*")) {
    const std::string value = scene.server.tell({"GET", key}).text;
    if (value.find(R"("user":")" + subject + '"') != std::string::npos) keys.push_back(key);
  }
  return keys;
}

// Each is listed, for as long as it lives, in a set that lives as long.
void check_listed(Scene& scene, const std::string& where, bool of_express) {
  RedisServer& server = scene.server;
  for (const std::string& subject : kSubjects) {
    const std::string set = scene.owner_of(subject, of_express);
    for (const std::string& key : records_of(scene, subject, of_express ? "sess:" : "session:")) {
      const std::string score = server.tell({"ZSCORE", set, key}).text;
      BOOST_TEST(score != "", where << ": a session of " << subject << " lives unlisted");
      if (score.empty()) continue;
      const long long listed_until = std::stoll(score) / commands::kListedSpan * commands::kListedSpan;
      const long long lives_until = server.tell({"PEXPIRETIME", key}).integer;
      BOOST_TEST(listed_until >= lives_until, where << ": a session of " << subject << " outlives its entry");
      BOOST_TEST(server.tell({"PEXPIRETIME", set}).integer >= lives_until,
                 where << ": a session of " << subject << " outlives the list");
    }
  }
}

// A session that express has written is listed when a gateway reads it that is not killed. One that moves is
// none of ours until then.
void check_after_kill(Scene& scene, const Operation& operation, const std::string& where) {
  const bool of_express = operation.gateway == Kind::of_express;
  const auto another = scene.gateway(of_express ? Kind::of_express : Kind::accepting_express);
  if (of_express) BOOST_TEST(run(touch(scene, *another)), where);
  check_listed(scene, where, of_express);
  const bool moved = !records_of(scene, "ada", "session:").empty();
  SessionDirectory directory = another->directory();
  for (const std::string& subject : kSubjects) {
    const DirectoryEnded ended = run(directory.end_of(subject));
    BOOST_TEST(!ended.failure, where << ": the end of all failed");
    BOOST_TEST(records_of(scene, subject, "session:").empty(), where << ": some of " << subject << " live");
    if (of_express || moved)
      BOOST_TEST(records_of(scene, subject, "sess:").empty(), where << ": some of express live");
  }
}

// Tries one gap after the other, until it is done before its gateway is killed. Returns how many there were.
std::size_t try_all_gaps(Scene& scene, const Operation& operation, Killed killed) {
  constexpr std::size_t kFarTooMany = 200;
  for (std::size_t commands = killed == Killed::before_it_sent ? 0 : 1; commands < kFarTooMany; ++commands) {
    scene.server.tell({"FLUSHALL"});
    operation.prepare(scene);
    (void)scene.proxy.restore();
    const bool was_killed = kill_after(commands, killed, operation, scene);
    check_after_kill(scene, operation,
                     operation.name + ", killed after " + std::to_string(commands) + " commands" +
                         (killed == Killed::before_it_sent ? "" : ", before the last answer"));
    if (!was_killed) return commands;
  }
  return kFarTooMany;
}

using Topologies = boost::mpl::list<SingleRedis, ClusterOfOne>;

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_killed)

BOOST_AUTO_TEST_CASE(the_proxy_kills_a_client_between_two_commands_or_before_an_answer) {
  RedisServer server;
  for (const Wire wire : {Wire::unix_socket, Wire::tcp}) {
    CutProxy proxy(server.address(), wire);
    for (const Killed killed : {Killed::before_it_sent, Killed::before_it_was_answered}) {
      server.tell({"DEL", "list"});
      bool told = false;
      proxy.kill_after(2, killed, [&] { told = true; });
      int answers = 0;
      {
        RedisConnection client(proxy.address());
        try {
          for (; answers < 3; ++answers) client.ask({"RPUSH", "list", "word"});
        } catch (const RedisConnectionLost&) {
        }
      }
      BOOST_TEST(proxy.restore());
      BOOST_TEST(told);
      BOOST_TEST(answers == (killed == Killed::before_it_sent ? 2 : 1));
      BOOST_TEST(server.tell({"LLEN", "list"}).integer == 2);
    }
    proxy.kill_after(1, Killed::before_it_sent, [] {});
    BOOST_TEST(RedisConnection(proxy.address()).ask({"LLEN", "list"}).integer == 2);
    BOOST_TEST(!proxy.restore());
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(whenever_a_gateway_is_killed_nothing_lives_that_the_list_misses, Topology,
                              Topologies) {
  Topology redis;
  Scene scene(redis.server, redis.proxy, Topology::kTopology);
  for (const Operation& operation : kOperations) {
    const std::size_t gaps = try_all_gaps(scene, operation, Killed::before_it_sent);
    BOOST_TEST(try_all_gaps(scene, operation, Killed::before_it_was_answered) >= gaps, operation.name);
    BOOST_TEST_MESSAGE(operation.name << ": " << gaps << " commands");
    BOOST_TEST(gaps > 0U);
    BOOST_TEST(gaps < 100U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
