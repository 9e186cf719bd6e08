// Names that are looked up slowly, or in vain, and places that are known from before.

#include "core/store/redis/connection/resolver.h"

#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include "core/base/run.h"
#include "tests/support/fake_clock.h"
#include "tests/support/run_all.h"

namespace session::test {
namespace {

using namespace std::chrono_literals;

Endpoint at_port(std::uint16_t port) {
  return boost::asio::ip::tcp::endpoint(boost::asio::ip::make_address("10.0.0.1"), port);
}

// Finds the port that it is told to, or fails, or hangs until it is told something else.
struct NameServer {
  std::uint16_t port = 1;
  bool fails = false;
  bool throws = false;
  bool hangs = false;
  int asked = 0;

  Resolver::LookUp look_up() {
    return [this](RedisAddress) { return answer(); };
  }
  Task<Endpoints> answer() {
    ++asked;
    const auto released = [this] { return !hangs; };
    co_await until(released);
    if (throws) throw std::runtime_error("no thread is left");
    if (fails) co_return ConnectError("no such host");
    co_return std::vector<Endpoint>{at_port(port)};
  }
};

struct Fixture {
  NameServer names;
  RedisAddress redis{"redis.example", 6379};
  FakeClock clock;

  // What is found, one after the other, on one event loop.
  template <class Steps>
  void check(Steps steps) {
    run([](Fixture& at, Steps what) -> Task<> {
      const Executor executor = co_await boost::asio::this_coro::executor;
      const auto resolver = std::make_shared<Resolver>(executor, at.clock, at.names.look_up());
      co_await what(at, *resolver);
    }(*this, steps));
  }

  // Time passes, all of a find() at once, if the name server hangs.
  Task<std::string> find_in_vain(Resolver& resolver, RedisAddress address) {
    const Executor executor = co_await boost::asio::this_coro::executor;
    boost::asio::post(executor, [this] { clock.advance(20s); });
    co_return co_await find(resolver, std::move(address));
  }
  // The port, or why there is none.
  Task<std::string> find(Resolver& resolver, RedisAddress address) {
    const auto by = clock.steady_now() + 20s;
    const auto found = co_await resolver.find(std::move(address), by);
    if (!found) co_return found.error().why;
    const Endpoint& first = found->front();
    const auto* bytes = reinterpret_cast<const sockaddr_in*>(first.data());
    co_return std::to_string(ntohs(bytes->sin_port));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(redis_resolver, Fixture)

BOOST_AUTO_TEST_CASE(numbers_and_paths_are_never_looked_up) {
  check([](Fixture& at, Resolver& resolver) -> Task<> {
    const RedisAddress numeric{"10.0.0.1", 77};
    const auto found = co_await at.find(resolver, numeric);
    BOOST_TEST(found == "77");
    const RedisAddress path{.path = "/redis.sock"};
    const auto local = co_await resolver.find(path, Clock::Steady());
    BOOST_TEST(local->size() == 1u);
    BOOST_TEST(at.names.asked == 0);
  });
}

BOOST_AUTO_TEST_CASE(a_name_is_looked_up_each_time) {
  check([](Fixture& at, Resolver& resolver) -> Task<> {
    for (const int port : {1, 2, 3}) {
      at.names.port = static_cast<std::uint16_t>(port);
      const auto found = co_await at.find(resolver, at.redis);
      BOOST_TEST(found == std::to_string(port));
    }
  });
}

BOOST_AUTO_TEST_CASE(what_was_found_before_is_used_while_the_name_server_hangs_or_fails) {
  check([](Fixture& at, Resolver& resolver) -> Task<> {
    const auto first = co_await at.find(resolver, at.redis);
    BOOST_TEST(first == "1");
    at.names.port = 2;
    at.names.hangs = true;
    const auto hanging = co_await at.find_in_vain(resolver, at.redis);
    BOOST_TEST(hanging == "1");
    at.names.hangs = false;
    at.names.fails = true;
    const auto failing = co_await at.find(resolver, at.redis);
    BOOST_TEST(failing == "1");
    at.names.fails = false;
    const auto recovered = co_await at.find(resolver, at.redis);
    BOOST_TEST(recovered == "2");
  });
}

BOOST_AUTO_TEST_CASE(a_name_server_that_hangs_is_asked_once) {
  check([](Fixture& at, Resolver& resolver) -> Task<> {
    at.names.hangs = true;
    for (int i = 0; i < 5; ++i) {
      const auto found = co_await at.find_in_vain(resolver, at.redis);
      BOOST_TEST(found == "its name is still being looked up");
    }
    at.names.hangs = false;
    const auto found = co_await at.find(resolver, at.redis);
    BOOST_TEST(found == "1");
    BOOST_TEST(at.names.asked == 1);
  });
}

BOOST_AUTO_TEST_CASE(what_is_known_of_one_name_says_nothing_of_another) {
  check([](Fixture& at, Resolver& resolver) -> Task<> {
    const auto first = co_await at.find(resolver, at.redis);
    BOOST_TEST(first == "1");
    at.names.hangs = true;
    const RedisAddress other{"other.example", 6379};
    const auto hanging = co_await at.find_in_vain(resolver, other);
    BOOST_TEST(hanging == "its name is still being looked up");
  });
}

BOOST_AUTO_TEST_CASE(a_look_up_that_throws_has_failed) {
  check([](Fixture& at, Resolver& resolver) -> Task<> {
    at.names.throws = true;
    const auto found = co_await at.find(resolver, at.redis);
    BOOST_TEST(found == "its name can't be looked up by the gateway itself");
    at.names.throws = false;
    const auto again = co_await at.find(resolver, at.redis);
    BOOST_TEST(again == "1");
  });
}

BOOST_AUTO_TEST_CASE(an_event_loop_may_end_while_a_name_is_looked_up) {
  check([](Fixture& at, Resolver& resolver) -> Task<> {
    at.names.hangs = true;
    const auto found = co_await at.find_in_vain(resolver, at.redis);
    BOOST_TEST(found == "its name is still being looked up");
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
