// A site that moves to the native dialect: sessions of Node are taken over when they are met.

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/interop/coexistence.h"
#include "tests/support/cookie_parts.h"

namespace session::gateway::test {
namespace {

using session::test::parts_of;
using namespace std::chrono_literals;

const Json kAlice = {{"user", "alice"}, {"email", "alice@example.org"}, {"groups", {"staff"}}};

struct Format {
  const char* name;
  const char* cookie;
  const char* yaml;
};
const Format kExpress = {"express", "connect.sid",
                         "accept: [express]\nexpress: { secrets: [{ value: 'keyboard cat' }] }\n"};
const Format kSessionStore = {"session-store", "session-store", "accept: [session-store]\n"};

// An application that still has its own sessions, and a gateway that has begun to take them over.
struct Site {
  explicit Site(const Format& of)
      : format(of), node(of.name, redis), gateway(redis, std::string("dialect: native\n") + of.yaml) {}

  std::string node_login(const Json& attributes = kAlice) {
    return brought_back(node.post("/set", attributes), format.cookie);
  }
  std::string key_of(const std::string& old) {
    const auto id = node.get("/raw", with(old)).json()["id"].get<std::string>();
    return format.cookie == kExpress.cookie ? "sess:" + id : id;
  }
  bool exists(const std::string& key) { return redis.tell({"EXISTS", key}).integer == 1; }
  std::size_t keys() { return redis.string_keys().size(); }

  Format format;
  RedisServer redis;
  NodeApp node;
  Beside gateway;
};

// The session that a cookie of ours stands for; empty if it is none.
std::string id_in(const std::string& native) {
  const auto parts = parts_of(native);
  return parts.size() == 5 ? parts[2] : "";
}

void each(void (*claim)(Site&)) {
  for (const Format& format : {kExpress, kSessionStore}) {
    BOOST_TEST_CONTEXT(format.name) {
      Site site(format);
      claim(site);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(moving)

BOOST_AUTO_TEST_CASE(a_check_moves_a_session_and_gives_a_signed_cookie) {
  each([](Site& site) {
    const std::string old = site.node_login();
    const std::string old_key = site.key_of(old);
    const Answer answer = site.gateway.auth(old);
    BOOST_TEST(answer.status == 204);
    BOOST_TEST(answer.header("X-Auth-Request-User") == "alice");
    BOOST_TEST(answer.header("X-Auth-Request-Groups") == "staff");
    const std::string native = brought_back(answer);
    BOOST_TEST(native.starts_with("session=v1.k1."));
    BOOST_TEST(!site.exists(old_key));
    BOOST_TEST(site.keys() == 1);
    BOOST_TEST(site.node.get("/session", with(old)).status == 401);
    for (const std::string& cookies : {native, native + "; " + old, old + "; " + native}) {
      const Answer later = site.gateway.auth(cookies);
      BOOST_TEST(later.status == 204);
      BOOST_TEST(later.header("Set-Cookie").empty());
    }
    BOOST_TEST(site.gateway.attributes(native) == kAlice);
  });
}

BOOST_AUTO_TEST_CASE(a_read_moves_a_session_too) {
  each([](Site& site) {
    const Answer answer = site.gateway.read(site.node_login());
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(Json::parse(answer.body) == kAlice);
    BOOST_TEST(site.gateway.attributes(brought_back(answer)) == kAlice);
  });
}

BOOST_AUTO_TEST_CASE(fifty_first_requests_of_a_browser_to_two_gateways_all_come_to_the_same_session) {
  each([](Site& site) {
    Beside other(site.redis, site.format.yaml);
    for (int round = 0; round < 5; ++round) {
      const std::string old = site.node_login();
      const std::string old_key = site.key_of(old);
      const long long others = site.keys() - 1;
      auto peers = site.gateway.connections(25);
      for (Peer& peer : other.connections(25)) peers.push_back(std::move(peer));
      for (Peer& peer : peers) peer.send(Beside::asked("auth", "GET", old));
      std::set<std::string> ids;
      for (Peer& peer : peers) {
        const Answer answer = peer.read_answer();
        BOOST_TEST(answer.status == 204);
        BOOST_TEST(answer.header("X-Auth-Request-User") == "alice");
        ids.insert(id_in(brought_back(answer)));
      }
      BOOST_TEST(ids.size() == 1U);
      BOOST_TEST(!site.exists(old_key));
      BOOST_TEST(site.keys() == others + 1);
    }
  });
}

BOOST_AUTO_TEST_CASE(fifty_first_requests_that_set_something_lose_nothing) {
  each([](Site& site) {
    const std::string old = site.node_login();
    auto peers = site.gateway.connections(50);
    for (std::size_t i = 0; i < peers.size(); ++i) {
      const Json actions = {{"set", {{"k" + std::to_string(i), i}}}};
      peers[i].send(Beside::asked("session", "POST", old, actions.dump()));
    }
    std::string native;
    for (Peer& peer : peers) {
      const Answer answer = peer.read_answer();
      BOOST_TEST(answer.status == 200);
      native = brought_back(answer);
    }
    const Json all = site.gateway.attributes(native);
    BOOST_TEST(all.size() == kAlice.size() + 50);
    BOOST_TEST(site.keys() == 1);
  });
}

BOOST_AUTO_TEST_CASE(the_old_cookie_alone_goes_on_to_stand_for_the_session) {
  each([](Site& site) {
    const std::string old = site.node_login();
    const std::string native = brought_back(site.gateway.auth(old));
    site.gateway.set(native, {{"n", 1}});
    const Answer again = site.gateway.read(old);
    BOOST_TEST(Json::parse(again.body)["n"] == 1);
    BOOST_TEST(id_in(brought_back(again)) == id_in(native));
  });
}

BOOST_AUTO_TEST_CASE(what_the_very_first_request_sets_is_kept) {
  each([](Site& site) {
    const Answer answer = site.gateway.set(site.node_login(), {{"cart", {1, 2}}});
    Json all = kAlice;
    all["cart"] = {1, 2};
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(Json::parse(answer.body) == all);
    BOOST_TEST(brought_back(answer).starts_with("session=v1."));
    BOOST_TEST(site.gateway.attributes(brought_back(answer)) == all);
    BOOST_TEST(site.keys() == 1);
  });
}

BOOST_AUTO_TEST_CASE(the_very_first_request_may_give_another_id_or_end_it) {
  each([](Site& site) {
    const std::string old = site.node_login();
    const std::string native = brought_back(site.gateway.act(old, {{"regenerate", true}}));
    BOOST_TEST(site.gateway.attributes(native) == kAlice);
    BOOST_TEST(site.gateway.verdict(old) == "401 revoked");
    const std::string other = site.node_login();
    const std::string other_key = site.key_of(other);
    BOOST_TEST(site.gateway.end(other).status == 204);
    BOOST_TEST(!site.exists(other_key));
    BOOST_TEST(site.gateway.verdict(other) == "401 unknown");
    BOOST_TEST(site.node.get("/session", with(other)).status == 401);
  });
}

BOOST_AUTO_TEST_CASE(a_logout_with_both_cookies_ends_both) {
  each([](Site& site) {
    const std::string old = site.node_login();
    const std::string old_key = site.key_of(old);
    const std::string native = brought_back(site.gateway.auth(old));
    // An application that read the session before it moved writes it back.
    site.redis.tell({"SET", old_key, R"({"cookie":{},"user":"alice"})"});
    const Answer end = site.gateway.end(native + "; " + old);
    BOOST_TEST(end.status == 204);
    BOOST_TEST(end.header("Set-Cookie").starts_with("session=;"));
    BOOST_TEST(!site.exists(old_key));
    BOOST_TEST(site.gateway.verdict(native) == "401 unknown");
    BOOST_TEST(site.gateway.verdict(old) == "401 unknown");
    BOOST_TEST(site.gateway.verdict(old + "; " + native) == "401 unknown");
    BOOST_TEST(site.node.get("/session", with(old)).status == 401);
  });
}

BOOST_AUTO_TEST_CASE(an_old_cookie_does_not_come_back_to_life_after_a_logout) {
  each([](Site& site) {
    const std::string old = site.node_login();
    const std::string native = brought_back(site.gateway.auth(old));
    BOOST_TEST(site.gateway.end(native).status == 204);
    BOOST_TEST(site.gateway.verdict(old) == "401 unknown");
    const Answer set = site.gateway.set(old, {{"user", "bob"}});
    BOOST_TEST(id_in(brought_back(set)) != id_in(native));
    BOOST_TEST(site.gateway.attributes(brought_back(set)) == Json({{"user", "bob"}}));
  });
}

BOOST_AUTO_TEST_CASE(a_logout_among_the_first_requests_ends_the_session_for_all_of_them) {
  each([](Site& site) {
    for (int round = 0; round < 20; ++round) {
      const std::string old = site.node_login();
      const std::string old_key = site.key_of(old);
      auto peers = site.gateway.connections(8);
      for (std::size_t i = 0; i < peers.size(); ++i)
        peers[i].send(i == 3 ? Beside::asked("session", "DELETE", old) : Beside::asked("auth", "GET", old));
      std::vector<std::string> given;
      for (std::size_t i = 0; i < peers.size(); ++i) {
        const Answer answer = peers[i].read_answer();
        if (i != 3 && answer.status == 204) given.push_back(brought_back(answer));
        // Ended by it, or because of it.
        if (i == 3) BOOST_TEST((answer.status == 204 || answer.status == 401));
      }
      for (const std::string& native : given) BOOST_TEST(site.gateway.verdict(native) == "401 unknown");
      BOOST_TEST(site.gateway.auth(old).status == 401);
      BOOST_TEST(!site.exists(old_key));
      BOOST_TEST(site.node.get("/session", with(old)).status == 401);
    }
  });
}

BOOST_AUTO_TEST_CASE(a_session_that_moved_lives_by_the_policy) {
  each([](Site& site) {
    const std::string native = brought_back(site.gateway.auth(site.node_login()));
    site.redis.pass_time(20min);
    BOOST_TEST(site.gateway.verdict(native) == "204");
    site.redis.pass_time(31min);
    BOOST_TEST(site.gateway.verdict(native) == "401 unknown");
  });
}

BOOST_AUTO_TEST_CASE(a_cookie_that_stands_for_nothing_is_refused_and_not_adopted) {
  each([](Site& site) {
    const std::string old = site.node_login();
    const std::string key = site.key_of(old);
    site.redis.tell({"DEL", key});
    BOOST_TEST(site.gateway.verdict(old) == "401 unknown");
    const std::string native = brought_back(site.gateway.set(old, kAlice));
    BOOST_TEST(site.gateway.attributes(native) == kAlice);
    BOOST_TEST(site.gateway.verdict(old) == "401 unknown");
    BOOST_TEST(site.keys() == 1);
  });
}

BOOST_AUTO_TEST_CASE(a_record_that_can_not_be_read_does_not_move_and_stays_until_a_logout) {
  each([](Site& site) {
    const std::string old = site.node_login();
    const std::string key = site.key_of(old);
    for (const char* record : {"", "{", "[]", "null", "\xff", R"({"cookie":{},"s":"\ud83d"})"}) {
      site.redis.tell({"SET", key, record});
      BOOST_TEST(site.gateway.verdict(old) == "401 malformed", record);
      BOOST_TEST(Beside::verdict_of(site.gateway.act(old, {{"regenerate", true}})) == "401 malformed");
      BOOST_TEST(site.gateway.set(old, kAlice).status == 200);
      BOOST_TEST(site.redis.tell({"GET", key}).text == record);
      BOOST_TEST(Beside::verdict_of(site.gateway.end(old)) == "204");
      BOOST_TEST(!site.exists(key));
    }
  });
}

BOOST_AUTO_TEST_CASE(a_cookie_of_ours_counts_before_an_old_one_even_if_it_is_no_good) {
  each([](Site& site) {
    const std::string old = site.node_login();
    const std::string key = site.key_of(old);
    BOOST_TEST(site.gateway.verdict("session=junk; " + old) == "401 malformed");
    const std::string native = brought_back(site.gateway.set("", {{"user", "bob"}}));
    BOOST_TEST(site.gateway.auth(native + "; " + old).header("X-Auth-Request-User") == "bob");
    BOOST_TEST(site.exists(key));
  });
}

BOOST_AUTO_TEST_CASE(names_prefix_salt_and_older_secrets_are_settings) {
  RedisServer redis;
  NodeApp express(
      "express", redis,
      {{"session", {{"name", "sid"}, {"secret", "an older one"}}}, {"store", {{"prefix", "app:"}}}});
  NodeApp store("session-store", redis, {{"session", {{"cookieKey", "key"}, {"salt", "pepper"}}}});
  Beside gateway(
      redis,
      "accept: [express, session-store]\n"
      "express: { secrets: [{ value: 'keyboard cat' }, { value: 'an older one' }], prefix: 'app:', "
      "cookie_name: sid }\n"
      "session_store: { salt: { value: pepper }, cookie_name: key }\n");
  const std::string one = brought_back(express.post("/set", {{"user", "alice"}}), "sid");
  const std::string other = brought_back(store.post("/set", {{"user", "bob"}}), "key");
  BOOST_TEST(gateway.auth(one).header("X-Auth-Request-User") == "alice");
  BOOST_TEST(gateway.auth(other).header("X-Auth-Request-User") == "bob");
  BOOST_TEST(redis.string_keys("session:*").size() == 2U);
  BOOST_TEST(redis.string_keys().size() == 2U);
}

BOOST_AUTO_TEST_CASE(both_formats_can_be_accepted_at_once) {
  RedisServer redis;
  NodeApp express("express", redis);
  NodeApp store("session-store", redis);
  Beside gateway(redis,
                 "accept: [session-store, express]\nexpress: { secrets: [{ value: 'keyboard cat' }] }\n");
  const std::string one = brought_back(express.post("/set", {{"user", "alice"}}), "connect.sid");
  const std::string other = brought_back(store.post("/set", {{"user", "bob"}}), "session-store");
  BOOST_TEST(gateway.auth(one).header("X-Auth-Request-User") == "alice");
  BOOST_TEST(gateway.auth(other).header("X-Auth-Request-User") == "bob");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
