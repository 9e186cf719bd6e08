// Two browsers' tabs, one session: what one writes the other does not lose, and what one ends stays ended.

#include <barrier>
#include <stdexcept>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"

namespace session::test {
namespace {

constexpr int kRounds = 1000;

// Does two things to one session at the same moment, each over a connection of its own, time and again.
class Pair {
 public:
  using Act = std::function<Reply(Client&, const std::string& cookie)>;
  Pair(const Stack& stack, Act first, Act second)
      : first_client_(stack.http()),
        first_(std::move(first)),
        second_([this, &stack, act = std::move(second)] {
          Client client = stack.http();
          while (next()) {
            second_reply_ = attempt(act, client, cookie_);
            done_.arrive_and_wait();
          }
        }) {}
  ~Pair() {
    over_ = true;
    start_.arrive_and_wait();
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  std::pair<Reply, Reply> act(const std::string& cookie) {
    cookie_ = cookie;
    start_.arrive_and_wait();
    Reply reply = attempt(first_, first_client_, cookie);
    done_.arrive_and_wait();
    return {std::move(reply), std::move(second_reply_)};
  }

 private:
  // No answer is a reply with status 0; an exception would leave the other thread waiting.
  static Reply attempt(const Act& act, Client& client, const std::string& cookie) {
    try {
      return act(client, cookie);
    } catch (const std::runtime_error&) {
      return {};
    }
  }
  bool next() {
    start_.arrive_and_wait();
    return !over_;
  }

  std::barrier<> start_{2};
  std::barrier<> done_{2};
  bool over_ = false;
  std::string cookie_;
  Reply second_reply_;
  Client first_client_;
  Act first_;
  std::jthread second_;
};

Pair::Act sets(const std::string& key) {
  return [body = "{\"set\":{\"" + key + "\":1}}"](Client& client, const std::string& cookie) {
    return client.post("/session", body, {cookie});
  };
}

Reply ends(Client& client, const std::string& cookie) { return client.send("DELETE", "/session", {cookie}); }

// Like Stack::log_in, over a kept connection.
std::string log_in(Client& client) {
  const Reply reply = client.post("/session", R"({"set":{"user":"alice"}})");
  BOOST_TEST_REQUIRE(!reply.cookie("session").empty());
  return "Cookie: session=" + reply.cookie("session");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(concurrency)

BOOST_AUTO_TEST_CASE(two_writes_at_once_never_lose_one) {
  const Stack stack;
  Client client = stack.http();
  Pair pair(stack, sets("a"), sets("b"));
  int lost = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string cookie = log_in(client);
    const auto [first, second] = pair.act(cookie);
    const Json expected = {{"user", "alice"}, {"a", 1}, {"b", 1}};
    if (first.status != 200 || second.status != 200 || client.get("/session", {cookie}).json() != expected)
      ++lost;
  }
  BOOST_TEST(lost == 0);
}

BOOST_AUTO_TEST_CASE(a_destroyed_session_never_comes_back) {
  const Stack stack;
  Client client = stack.http();
  Pair pair(stack, sets("a"), ends);
  int back = 0;
  int ended_first = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string cookie = log_in(client);
    const auto [set, end] = pair.act(cookie);
    if (end.status < 200 || end.status >= 300 || client.get("/session", {cookie}).status != 401) ++back;
    // The write that came too late may have begun a session of its own, which is then nobody's.
    if (!set.cookie("session").empty()) {
      ++ended_first;
      const Reply fresh = client.get("/session", {"Cookie: session=" + set.cookie("session")});
      if (fresh.json().contains("user")) ++back;
    }
  }
  BOOST_TEST(back == 0);
  BOOST_TEST_MESSAGE("the session ended before the write in " << ended_first << " of " << kRounds
                                                              << " rounds");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
