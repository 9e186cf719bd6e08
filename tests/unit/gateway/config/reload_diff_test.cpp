#include "gateway/config/reload_diff.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/support/loading.h"

namespace session::gateway {
namespace {

const std::string kRedis = "store:\n  type: redis\n  redis:\n";
const std::string kKey = "0123456789abcdef0123456789abcdef";

std::string restart(const std::string& served, const std::string& next) {
  std::string out;
  for (const Problem& problem : reload_diff(settings(served), settings(next)))
    out += render("gateway.yaml", problem) + "\n";
  return out;
}

std::string line(int number, const std::string& key) {
  const std::string place = number == 0 ? "gateway.yaml: " : "gateway.yaml:" + std::to_string(number) + ": ";
  return place + key + ": changed, which counts only after a restart\n";
}

std::string effects(const std::string& served, const std::string& next) {
  std::string out;
  for (const std::string& effect : effects_on_sessions(settings(served), settings(next)))
    out += effect + "\n";
  return out;
}

std::string keys(const std::vector<std::string>& ids, const std::string& salt = "pepper") {
  std::string out = "salt: { value: " + salt + " }\nkeys:\n";
  for (const std::string& id : ids) out += "- { id: " + id + ", value: " + kKey + id + " }\n";
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(needed_restarts)

BOOST_AUTO_TEST_CASE(sockets_threads_and_the_store_need_one) {
  BOOST_TEST(restart("", "listen:\n- tcp: 127.0.0.1:9000\n") == line(1, "listen"));
  BOOST_TEST(restart("", "admin:\n  unix: /run/gw/admin.sock\n") == line(2, "admin.unix"));
  BOOST_TEST(restart("workers: 2\n", "# more\nworkers: 3\n") == line(2, "workers"));
  BOOST_TEST(restart("", "limits:\n  connections: 5\n  request_bytes: 2KiB\n") ==
             line(3, "limits.request_bytes"));
  BOOST_TEST(restart("", "store:\n  type: redis\n") == line(2, "store.type"));
  BOOST_TEST(restart("", "store:\n  memory:\n    max_bytes: 1GiB\n") == line(3, "store.memory.max_bytes"));
}

BOOST_AUTO_TEST_CASE(a_key_that_is_gone_from_the_file_is_named_without_a_line) {
  BOOST_TEST(restart("workers: 2\n", "") == line(0, "workers"));
  BOOST_TEST(restart("store: { memory: { max_bytes: 1GiB } }\n", "store:\n  type: memory\n") ==
             line(1, "store.memory.max_bytes"));
}

BOOST_AUTO_TEST_CASE(all_of_redis_needs_one_where_it_is_in_use) {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"url: redis://127.0.0.2:6379", "url"},
      {"url: redis://127.0.0.1:6379/3", "url"},
      {"url: rediss://127.0.0.1:6379", "url"},
      {"topology: cluster", "topology"},
      {"password: { value: p }", "password"},
      {"prefix: \"other:\"", "prefix"},
      {"deadline: 100ms", "deadline"},
      {"connect_deadline: 100ms", "connect_deadline"},
      {"anonymous_bytes: 1MiB", "anonymous_bytes"},
      {"near_cache: { max_bytes: 64MiB }", "near_cache"},
  };
  for (const auto& [text, key] : changes) {
    BOOST_TEST(restart(kRedis, kRedis + "    " + text + "\n") == line(4, "store.redis." + key));
    BOOST_TEST(restart("store:\n  type: memory\n  redis:\n",
                       "store:\n  type: memory\n  redis:\n    " + text + "\n") == "");
  }
}

BOOST_AUTO_TEST_CASE(a_file_of_sessions_needs_one_for_all_that_it_depends_on) {
  const auto with = [](const std::string& memory, const std::string& salt = "pepper") {
    return "store:\n  memory:\n    file: /run/gw/" + memory + "\n" + keys({"k1"}, salt);
  };
  const std::string served = with("a.db");
  const std::string why = "changed, which counts only after a restart, as the file of sessions depends on it";
  BOOST_TEST(restart(served, served) == "");
  BOOST_TEST(restart(served, with("b.db")) == line(3, "store.memory.file"));
  BOOST_TEST(restart(served, keys({"k1"})) == line(0, "store.memory.file"));
  BOOST_TEST(restart(served, with("a.db\n    durability: commit")) == line(4, "store.memory.durability"));
  BOOST_TEST(restart(served, with("a.db\n    on_disk_error: refuse")) == "");
  BOOST_TEST(restart(served, with("a.db", "ginger")) == "gateway.yaml:4: salt: " + why + "\n");
  BOOST_TEST(restart(keys({"k1"}), keys({"k1"}, "ginger")) == "");
  BOOST_TEST(restart(served, served + "dialect: session-store\n") ==
             "gateway.yaml:7: dialect: " + why + "\n");
  const std::string express =
      "dialect: express\nstore: { memory: { file: /run/gw/a.db } }\nexpress:\n  secrets: [ { value: cat } "
      "]\n";
  BOOST_TEST(restart(express, express + "  prefix: \"s:\"\n") ==
             "gateway.yaml:5: express.prefix: " + why + "\n");
  BOOST_TEST(restart(served + "", "store: { type: redis, memory: { file: /run/gw/b.db } }\n" +
                                      keys({"k1"}, "ginger")) == line(1, "store.type"));
}

BOOST_FIXTURE_TEST_CASE(a_password_file_that_was_rewritten_does_not_need_one, Directory) {
  write("redis.password", "one");
  const std::string text = kRedis + "    password: { file: redis.password }\n";
  const auto served = load(text);
  write("redis.password", "two");
  const auto next = load(text);
  BOOST_REQUIRE((served && next));
  BOOST_TEST(reload_diff(*served, *next).empty());
}

BOOST_AUTO_TEST_CASE(all_else_does_not_need_one) {
  BOOST_TEST(
      restart("", keys({"k1"}) +
                      "cookie: { name: other, secure: false, lifetime: 1d }\n"
                      "session: { idle_timeout: 1h, absolute_timeout: 2h, touch_every: 5m, flush: behind }\n"
                      "limits: { connections: 7, request_deadline: 2s }\n"
                      "identity: { subject: /name, headers: {} }\n"
                      "rules: { r: { /a: { equals: 1 } } }\n"
                      "log: { level: debug, format: json }\n") == "");
}

BOOST_AUTO_TEST_CASE(what_a_change_does_to_sessions_is_said) {
  BOOST_TEST(effects(keys({"a"}), keys({"a", "b"})) == "");
  BOOST_TEST(effects(keys({"a", "b"}), keys({"b", "a"})) == "");
  BOOST_TEST(effects(keys({"b", "a"}), keys({"b"})) ==
             "key a is gone: cookies under it are refused from now on\n");
  BOOST_TEST(
      effects(keys({"a"}), keys({"b", "a"})) ==
      "key b signs without having been known before: other gateways of this installation need it now\n");
  BOOST_TEST(effects(keys({"a"}), keys({"a"}, "cumin")) ==
             "the salt is another one: all sessions from before are lost\n");
  BOOST_TEST(effects("cookie: { name: a }\n", "cookie: { name: b }\n") ==
             "the cookie has another name: browsers with the former one have to log in again\n");
}

// nginx goes on sending the first of the former secrets until it is reloaded, too.
BOOST_AUTO_TEST_CASE(a_change_of_a_listeners_secret_is_said_if_it_refuses_nginx_and_needs_no_restart) {
  const auto with = [](const std::string& secret) {
    return "listen:\n- unix: /run/a\n" + (secret.empty() ? "" : "  secret: " + secret + "\n");
  };
  const std::string one = "{ value: " + kKey + "1 }";
  const std::string two = "{ value: " + kKey + "2 }";
  const std::string refused =
      "listen[0].secret is another one: requests without it are refused until nginx sends it\n";
  BOOST_TEST(restart(with(one), with(two)) == "");
  BOOST_TEST(restart(with(""), with(two)) == "");
  BOOST_TEST(effects(with(one), with(one)) == "");
  BOOST_TEST(effects(with(one), with("[ " + two + ", " + one + " ]")) == "");
  BOOST_TEST(effects(with("[ " + two + ", " + one + " ]"), with(two)) == "");
  BOOST_TEST(effects(with("[ " + two + ", " + one + " ]"), with(one)) == refused);
  BOOST_TEST(effects(with(one), with(two)) == refused);
  BOOST_TEST(effects(with(""), with(two)) == refused);
  BOOST_TEST(effects(with(one), with("")) ==
             "listen[0] has no secret any more: whoever can connect can log in as anybody\n");
}

// Browsers keep a cookie under its name, domain and path.
BOOST_AUTO_TEST_CASE(what_a_change_of_the_cookie_does_to_browsers_is_said) {
  const std::string here = "cookie: { name: a, path: / }\n";
  BOOST_TEST(effects(here, "cookie: { name: a, path: /, same_site: strict, lifetime: 1d }\n") == "");
  for (const std::string place : {"domain: example.com", "path: /shop"}) {
    const std::string there = "cookie: { name: a, " + place;
    BOOST_TEST(effects(here, there + " }\n").find("needs its domain and path in cookie.former") !=
               std::string::npos);
    BOOST_TEST(effects(here, there + ", former: [{ path: /other }] }\n").find("cookie.former") !=
               std::string::npos);
    BOOST_TEST(
        effects(here, there + ", former: [{ path: / }] }\n") ==
        "the cookie has another domain or path: browsers send both until the next login or logout, which "
        "removes the former one\n");
  }
  const std::string insecure = "cookie: { name: a, secure: false }\n";
  BOOST_TEST(effects(insecure, here).starts_with("the cookie is Secure from now on"));
  BOOST_TEST(effects(here, insecure).starts_with("the cookie is not Secure any more"));
}

// The room above session.max_bytes that a record in Redis has is at least 64 KiB. In memory nothing is
// transferred, so all are read.
BOOST_AUTO_TEST_CASE(what_a_smaller_limit_does_to_larger_records_is_said) {
  const auto with = [](const std::string& store, const std::string& bytes) {
    return "store: { type: " + store + " }\nsession: { max_bytes: " + bytes + " }\n";
  };
  const std::string smaller = "session.max_bytes is smaller: records above it can't grow";
  const std::string malformed = " bytes are `malformed`: their users have to log in again\n";
  BOOST_TEST(effects(with("redis", "1MiB"), with("redis", "128KiB")) ==
             smaller + ", and those above 262144" + malformed);
  BOOST_TEST(effects(with("redis", "1MiB"), with("redis", "16KiB")) ==
             smaller + ", and those above 81920" + malformed);
  BOOST_TEST(effects(with("memory", "1MiB"), with("memory", "128KiB")) == smaller + "\n");
  for (const std::string store : {"memory", "redis"}) {
    BOOST_TEST(effects(with(store, "1MiB"), with(store, "1MiB")) == "");
    BOOST_TEST(effects(with(store, "128KiB"), with(store, "1MiB")) == "");
  }
  const std::string migrating =
      "accept: [express]\nexpress: { secrets: [{ value: 'keyboard cat' }] }\n" + keys({"a"});
  BOOST_TEST(effects(migrating + with("memory", "1MiB"), migrating + with("memory", "128KiB")) ==
             smaller + "; sessions of other formats above it don't migrate\n");
}

BOOST_AUTO_TEST_CASE(what_a_smaller_limit_does_to_larger_records_of_visitors_is_said) {
  const std::string said =
      "session.anonymous.max_bytes, or session.max_bytes below it, is smaller: records without a subject "
      "above "
      "it can't grow\n";
  const std::string small = "session: { anonymous: { max_bytes: 2KiB } }\n";
  BOOST_TEST(effects("", small) == said);
  BOOST_TEST(effects(small, "") == "");
  // The smaller of the two counts.
  BOOST_TEST(effects("", "session: { max_bytes: 8KiB }\n").ends_with("can't grow\n" + said));
  BOOST_TEST(effects("", "session: { max_bytes: 32KiB }\n").find("anonymous") == std::string::npos);
}

// The same id with other bytes is another key.
BOOST_AUTO_TEST_CASE(a_key_whose_secret_has_changed_is_gone) {
  const std::string other = "salt: { value: pepper }\nkeys:\n- { id: a, value: " + kKey + "other }\n";
  BOOST_TEST(effects(keys({"a"}), other).starts_with("key a is gone"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
