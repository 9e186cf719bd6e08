#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "tests/support/e2e/process.h"
#include "tests/support/loading.h"
#include "tests/support/redis/certificates.h"

using namespace session;
using namespace session::gateway;
using session::test::Certificates;
using session::test::read_file;

namespace {

std::string redis(const std::string& keys) { return "store: { type: redis, redis: { " + keys + " } }\n"; }
RedisStoreOptions options(const std::string& keys) { return settings(redis(keys)).redis; }

// What is wrong with these keys, each without "gateway.yaml:1: store.redis.".
std::string refused(const std::string& keys) {
  std::string found = problems(redis(keys));
  const std::string at = "gateway.yaml:1: store.redis.";
  for (auto i = found.find(at); i != found.npos; i = found.find(at, i)) found.erase(i, at.size());
  return found;
}

const std::string kCredentials =
    "expected no user or password in the url: they belong in store.redis.user and store.redis.password\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_settings)

BOOST_AUTO_TEST_CASE(without_a_section_all_is_at_its_default) {
  for (const std::string text : {"", "store: {}\n", "store: { redis: }\n", "store: { type: memory }\n"}) {
    const Settings read = settings(text);
    const RedisStoreOptions defaults;
    BOOST_TEST((read.store_type == StoreType::memory));
    BOOST_TEST((read.redis.addresses == defaults.addresses));
    BOOST_TEST((read.redis.topology == defaults.topology));
    BOOST_TEST(read.redis.master_name == defaults.master_name);
    BOOST_TEST(read.redis.database == defaults.database);
    BOOST_TEST(read.redis.user == defaults.user);
    BOOST_TEST(!read.redis.password);
    BOOST_TEST(read.redis.sentinel_user == defaults.sentinel_user);
    BOOST_TEST(!read.redis.sentinel_password);
    BOOST_TEST((read.redis.tls == defaults.tls));
    BOOST_TEST(read.redis.prefix == defaults.prefix);
    BOOST_TEST((read.redis.deadline == defaults.deadline));
    BOOST_TEST((read.redis.connect_deadline == defaults.connect_deadline));
    BOOST_TEST(read.redis.max_value_bytes == defaults.max_value_bytes);
    BOOST_TEST(read.redis.client_name == defaults.client_name);
    BOOST_TEST(!read.redis.on_event);
    BOOST_TEST(read.warnings.empty());
  }
}

// What is larger is taken for a broken reply, at the cost of the connection.
BOOST_AUTO_TEST_CASE(the_largest_session_that_may_be_allowed_is_not_too_large_for_redis) {
  const Settings read = settings("session: { max_bytes: 16MiB }\n");
  BOOST_TEST(read.session.max_bytes <= read.redis.max_value_bytes);
  BOOST_TEST(problems("session: { max_bytes: 16777217 }\n") ==
             "gateway.yaml:1: session.max_bytes: expected 1KiB..16MiB, got 16777217\n");
}

BOOST_AUTO_TEST_CASE(the_type_alone_is_redis_on_this_machine) {
  const Settings read = settings("store: { type: redis }\n");
  BOOST_TEST((read.store_type == StoreType::redis));
  BOOST_TEST((read.redis.addresses == RedisStoreOptions{}.addresses));
}

BOOST_AUTO_TEST_CASE(one_server_has_a_url) {
  const auto read = options("url: \"redis://10.0.0.7:6380/5\", prefix: \"app:\", deadline: 1ms");
  BOOST_REQUIRE(read.addresses.size() == 1u);
  BOOST_TEST((read.addresses[0] == RedisAddress{"10.0.0.7", 6380}));
  BOOST_TEST(read.database == 5u);
  BOOST_TEST(read.prefix == "app:");
  BOOST_TEST((read.deadline == milliseconds(1)));
  BOOST_TEST(!read.tls.has_value());
  const auto socket = options("url: \"unix:///run/redis.sock?db=2\"");
  BOOST_TEST((socket.addresses.at(0) == RedisAddress{"", 6379, "/run/redis.sock"}));
  BOOST_TEST(socket.database == 2u);
  BOOST_TEST((options("urls: [ redis://a ]").addresses.at(0) == RedisAddress{"a", 6379}));
}

BOOST_AUTO_TEST_CASE(sentinels_have_a_port_of_their_own) {
  const auto read = options(
      "urls: [ redis://a/3, \"redis://b:7000/3\" ], topology: sentinel, master_name: main, "
      "sentinel_user: watch, sentinel_password: { value: s }, user: app, password: { value: p }");
  BOOST_TEST((read.topology == RedisTopology::sentinel));
  BOOST_REQUIRE(read.addresses.size() == 2u);
  BOOST_TEST((read.addresses[0] == RedisAddress{"a", 26379}));
  BOOST_TEST((read.addresses[1] == RedisAddress{"b", 7000}));
  BOOST_TEST(read.database == 3u);
  BOOST_TEST(read.master_name == "main");
  BOOST_TEST(read.user == "app");
  BOOST_TEST(read.password().reveal() == "p");
  BOOST_TEST(read.sentinel_user == "watch");
  BOOST_TEST(read.sentinel_password().reveal() == "s");
}

BOOST_AUTO_TEST_CASE(a_cluster_is_some_of_its_nodes) {
  const auto read = options("urls: [ redis://a, redis://b, redis://c ], topology: cluster");
  BOOST_TEST((read.topology == RedisTopology::cluster));
  BOOST_TEST(read.addresses.size() == 3u);
  BOOST_TEST(options("url: redis://a, topology: cluster").addresses.size() == 1u);
}

BOOST_AUTO_TEST_CASE(rediss_is_tls_with_or_without_files) {
  BOOST_REQUIRE(options("url: rediss://a").tls.has_value());
  BOOST_TEST((*options("url: rediss://a").tls == RedisTls{}));
  BOOST_TEST((*options("url: rediss://a, tls: { ca_file: \"\", key: \"\" }").tls == RedisTls{}));
  BOOST_TEST(options("url: rediss://a, tls: { server_name: redis.example.org }").tls->server_name ==
             "redis.example.org");
  BOOST_TEST(!options("url: redis://a, tls: { ca_file: \"\" }").tls.has_value());
}

BOOST_FIXTURE_TEST_CASE(files_for_tls_are_found_beside_the_configuration, Directory) {
  const Certificates made(path.string());
  write("ca.pem", read_file(made.ca()), 0644);
  write("client.pem", read_file(made.client().certificate), 0644);
  write("client.key", read_file(made.client().key), 0644);
  const auto loaded =
      load("store:\n  redis:\n    url: rediss://a\n    tls:\n      ca_file: ca.pem\n      certificate: " +
           (path / "client.pem").string() + "\n      key: client.key\n  type: redis\n");
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
  const RedisTls& tls = loaded->redis.tls.value();
  BOOST_TEST(tls.ca_file == (path / "ca.pem").string());
  BOOST_TEST(tls.certificate == (path / "client.pem").string());
  BOOST_TEST(tls.key == (path / "client.key").string());
  BOOST_REQUIRE(loaded->warnings.size() == 1u);
  BOOST_TEST(loaded->warnings[0] ==
             (path / "gateway.yaml").string() +
                 ":7: store.redis.tls.key: every user of this machine can use this file (mode 0644): take "
                 "that away with chmod o=");
}

BOOST_FIXTURE_TEST_CASE(a_file_for_tls_that_cannot_be_read_is_a_problem, Directory) {
  BOOST_TEST(
      problems(load("store:\n  redis:\n    url: rediss://a\n    tls:\n      ca_file: ca.pem\n"
                    "      certificate: /nonexistent/c\n      key: .\n")) ==
      "gateway.yaml:5: store.redis.tls.ca_file: can't read this file: No such file or directory (a relative "
      "path starts at this configuration's directory)\n"
      "gateway.yaml:6: store.redis.tls.certificate: can't read this file: No such file or directory\n"
      "gateway.yaml:7: store.redis.tls.key: can't read this file: not a regular file (a relative path starts "
      "at this configuration's directory)\n");
}

BOOST_FIXTURE_TEST_CASE(a_file_for_tls_that_openssl_refuses_is_a_problem_before_anything_is_served,
                        Directory) {
  const Certificates made(path.string());
  write("nonsense.pem", "no certificate", 0600);
  const auto with = [&](const std::string& ca, const std::string& certificate, const std::string& key) {
    return problems(load("store:\n  redis:\n    url: rediss://a\n    tls:\n      ca_file: " + ca +
                         "\n      certificate: " + certificate + "\n      key: " + key + "\n"));
  };
  const std::string bad = ": this file can't be used: ";
  const auto& client = made.client();
  BOOST_TEST(with(made.ca(), client.certificate, client.key) == "");
  BOOST_TEST(with((path / "nonsense.pem").string(), client.certificate, client.key)
                 .starts_with("gateway.yaml:5: store.redis.tls.ca_file" + bad));
  BOOST_TEST(with(made.ca(), client.key, client.key)
                 .starts_with("gateway.yaml:6: store.redis.tls.certificate" + bad));
  BOOST_TEST(with(made.ca(), client.certificate, made.server().key)
                 .starts_with("gateway.yaml:7: store.redis.tls.key" + bad + "key values mismatch"));
}

BOOST_AUTO_TEST_CASE(there_is_a_near_cache_if_it_has_a_size) {
  BOOST_TEST(options("deadline: 1s").near_cache.max_bytes == 0u);
  BOOST_TEST(options("near_cache: {}").near_cache.max_bytes == 0u);
  const auto plain = options("near_cache: { max_bytes: 64MiB }").near_cache;
  BOOST_TEST(plain.max_bytes == std::size_t{64} << 20U);
  BOOST_TEST((plain.max_age == std::chrono::seconds(10)));
  BOOST_TEST((plain.stale_on_outage == milliseconds(0)));
  const auto all = options("near_cache: { max_bytes: 1MiB, max_age: 1h, stale_on_outage: 90s }").near_cache;
  BOOST_TEST((all.max_age == std::chrono::hours(1)));
  BOOST_TEST((all.stale_on_outage == std::chrono::seconds(90)));
  for (const std::string text : {"max_bytes: 1023KiB", "max_bytes: 1MiB, max_age: 999ms", "max_age: 10s",
                                 "max_bytes: 1MiB, stale_on_outage: 2h", "stale_on_outage: 1s"})
    BOOST_TEST(refused("near_cache: { " + text + " }") != "", text);
}

BOOST_AUTO_TEST_CASE(deadlines_have_ranges) {
  const auto read = settings(
      "limits: { request_deadline: 10m }\nstore: { redis: { deadline: 1m, connect_deadline: 1m } }\n");
  BOOST_TEST((read.redis.deadline == std::chrono::minutes(1)));
  BOOST_TEST((read.redis.connect_deadline == std::chrono::minutes(1)));
  BOOST_TEST((options("connect_deadline: 1ms").connect_deadline == milliseconds(1)));
  BOOST_TEST(refused("deadline: 0ms, connect_deadline: 0ms") ==
             "deadline: expected 1ms..1m, got 0ms\nconnect_deadline: expected 1ms..1m, got 0ms\n");
  BOOST_TEST(refused("deadline: 61s, connect_deadline: 61s") ==
             "deadline: expected 1ms..1m, got 61s\nconnect_deadline: expected 1ms..1m, got 61s\n");
  BOOST_TEST(refused("deadline: 250") ==
             "deadline: expected a duration with its unit (ms, s, m, h or d), got 250\n");
}

BOOST_AUTO_TEST_CASE(a_prefix_is_short_and_printable) {
  BOOST_TEST(options("prefix: " + std::string(64, 'p')).prefix == std::string(64, 'p'));
  BOOST_TEST(options("prefix: \"{app}:\"").prefix == "{app}:");
  const std::string form = "prefix: expected at most 64 printable ASCII characters without spaces, got ";
  BOOST_TEST(refused("prefix: " + std::string(65, 'p')) == form + std::string(65, 'p') + "\n");
  BOOST_TEST(refused("prefix: \"a b\"") == form + "\"a b\"\n");
  BOOST_TEST(refused("prefix: \"a\\nb\"") == form + "\"a\\x0ab\"\n");
  BOOST_TEST(refused("prefix: \"\xc3\xb6\"") == form + "\"\\xc3\\xb6\"\n");
}

BOOST_AUTO_TEST_CASE(names_are_short_and_without_spaces) {
  const std::string form = ": expected at most 255 printable ASCII characters without spaces\n";
  BOOST_TEST(refused("topology: sentinel, url: redis://a, master_name: \"a b\", user: \"a\\0\", "
                     "password: { value: p }, sentinel_user: " +
                     std::string(256, 'u') + ", sentinel_password: { value: p }") ==
             "master_name" + form + "user" + form + "sentinel_user" + form);
  BOOST_TEST(refused("url: rediss://a, tls: { server_name: \"[::1]\" }") ==
             "tls.server_name: expected the name of a host or a numeric address\n");
}

BOOST_AUTO_TEST_CASE(a_topology_is_one_of_those_there_are) {
  BOOST_TEST(refused("topology: sentinal") ==
             "topology: expected single, sentinel or cluster, got sentinal; did you mean sentinel?\n");
}

BOOST_AUTO_TEST_CASE(there_are_1_to_64_urls) {
  std::string urls;
  for (int i = 0; i < 64; ++i) urls += "redis://a, ";
  BOOST_TEST(options("topology: cluster, urls: [ " + urls + "]").addresses.size() == 64u);
  BOOST_TEST(refused("topology: cluster, urls: [ " + urls + "redis://a ]") ==
             "urls: expected at most 64 urls, got 65\n");
  BOOST_TEST(refused("urls: []") == "urls: expected at least one url\n");
  BOOST_TEST(refused("urls: redis://a") == "urls: expected a list, got a single value\n");
  BOOST_TEST(refused("url: [ redis://a ]") ==
             "url: expected a url such as redis://127.0.0.1:6379/0, got a list\n");
}

BOOST_AUTO_TEST_CASE(a_url_that_is_none_is_named_by_its_place) {
  BOOST_TEST(refused("url: \"redis://a:b\"") ==
             "url: expected a port of 1..65535 after the host of the url\n");
  BOOST_TEST(
      problems("store:\n  redis:\n    topology: cluster\n    urls:\n    - redis://a\n    - a\n    - ~\n") ==
      "gateway.yaml:6: store.redis.urls[1]: expected a url that begins with redis://, rediss:// (TLS) "
      "or unix:///\n"
      "gateway.yaml:7: store.redis.urls[2]: expected a url such as redis://127.0.0.1:6379/0, got "
      "nothing\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(redis_passwords)

BOOST_FIXTURE_TEST_CASE(a_password_is_read_from_its_file_each_time, Directory) {
  write("redis.password", "first\n");
  const auto loaded = load("store: { redis: { password: { file: redis.password } } }\n");
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
  const PasswordSource password = loaded->redis.password;
  BOOST_TEST(password().reveal() == "first");
  write("redis.password", "second\r\n");
  BOOST_TEST(password().reveal() == "second");
  BOOST_TEST(loaded->redis.password().reveal() == "second");
}

BOOST_FIXTURE_TEST_CASE(the_last_good_password_stays_when_its_file_goes_bad, Directory) {
  write("redis.password", "first");
  const auto loaded = load("store: { redis: { password: { file: redis.password } } }\n");
  BOOST_REQUIRE(loaded.has_value());
  const PasswordSource& password = loaded->redis.password;
  write("redis.password", "second");
  BOOST_TEST(password().reveal() == "second");
  for (const std::string& bad : {std::string(), std::string("\n\n"), std::string(65537, 'p')}) {
    write("redis.password", bad);
    BOOST_TEST(password().reveal() == "second");
  }
  std::filesystem::remove(path / "redis.password");
  BOOST_TEST(password().reveal() == "second");
  write("redis.password", "third");
  BOOST_TEST(password().reveal() == "third");
}

BOOST_FIXTURE_TEST_CASE(a_file_is_found_again_from_another_directory, Directory) {
  write("redis.password", "first");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(path);
  const auto loaded = load_text("gateway.yaml", "store: { redis: { password: { file: redis.password } } }\n");
  std::filesystem::current_path(before);
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
  write("redis.password", "second");
  BOOST_TEST(loaded->redis.password().reveal() == "second");
}

BOOST_FIXTURE_TEST_CASE(any_thread_may_ask_for_a_password, Directory) {
  write("redis.password", "first");
  const auto loaded = load("store: { redis: { password: { file: redis.password } } }\n");
  BOOST_REQUIRE(loaded.has_value());
  std::atomic<int> good = 0;
  const auto ask = [&good, password = loaded->redis.password] {
    for (int i = 0; i < 200; ++i) good += password().reveal() == "first" ? 1 : 0;
  };
  std::thread one(ask), other(ask);
  one.join();
  other.join();
  BOOST_TEST(good == 400);
}

BOOST_FIXTURE_TEST_CASE(a_file_without_a_good_password_is_a_problem_at_the_start, Directory) {
  write("empty", "\n");
  write("large", std::string(65537, 'p'));
  const auto with = [&](const std::string& file) {
    return problems(load("store: { redis: { password: { file: " + file + " } } }\n"));
  };
  const std::string at = "gateway.yaml:1: store.redis.password.file: ";
  BOOST_TEST(with("empty") == at + "this secret is empty\n");
  BOOST_TEST(with("large") == at + "this file is larger than 64KiB\n");
  BOOST_TEST(with("/nonexistent/p") == at + "can't read this file: No such file or directory\n");
  BOOST_TEST(with("\"\"") == at + "expected the path of a file\n");
}

BOOST_FIXTURE_TEST_CASE(a_password_that_everybody_can_read_is_taken_with_a_warning, Directory) {
  write("redis.password", "p", 0644);
  const auto loaded = load("store: { type: redis, redis: { password: { file: redis.password } } }\n");
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
  BOOST_REQUIRE(loaded->warnings.size() == 1u);
  BOOST_TEST(loaded->warnings[0] ==
             (path / "gateway.yaml").string() +
                 ":1: store.redis.password.file: every user of this machine can use this file (mode 0644): "
                 "take that away with chmod o=");
}

BOOST_AUTO_TEST_CASE(a_password_in_place_can_be_short) {
  BOOST_TEST(options("password: { value: p }").password().reveal() == "p");
  BOOST_TEST(refused("password: { value: \"\" }") == "password.value: this secret is empty\n");
  BOOST_TEST(refused("password: {}") == "password: expected file or value\n");
  BOOST_TEST(refused("password: { file: a, value: b }") == "password: expected file or value, not both\n");
}

// Slips of the hand that put a secret where the gateway expects something else.
BOOST_AUTO_TEST_CASE(no_password_is_ever_part_of_a_problem) {
  for (const std::string keys : {"url: \"redis://:hush-hush@a\"",
                                 "urls: [ \"redis://u:hush-hush@a\" ]",
                                 "url: \"redis://u:hush-hush\"",
                                 "url: hush-hush",
                                 "urls: hush-hush",
                                 "urls: { hush-hush: 1 }",
                                 "url: { hush-hush: 1 }",
                                 "password: hush-hush",
                                 "password: [ hush-hush ]",
                                 "password: { hush-hush: 1 }",
                                 "password:hush-hush",
                                 "url:redis://u:hush-hush@a",
                                 "password: { value:hush-hush }",
                                 "password: { file: hush-hush }",
                                 "sentinel_password: { value: hush-hush }",
                                 "user: hush-hush",
                                 "user: \"hush-hush x\"",
                                 "master_name: hush-hush",
                                 "tls: { key: hush-hush }",
                                 "url: rediss://a, tls: { key: hush-hush }",
                                 "tls: { server_name: hush-hush }",
                                 "hush-hush: 1",
                                 "hush-hush"}) {
    const std::string found = problems(redis(keys));
    BOOST_TEST_CONTEXT(keys << found) {
      BOOST_TEST(found != "");
      BOOST_TEST(found.find("hush") == found.npos);
    }
  }
  BOOST_TEST(refused("url: \"redis://u:hush-hush@a/x?y#z\"") == "url: " + kCredentials);
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_not_shown_but_what_was_meant_is) {
  BOOST_TEST(
      problems("store:\n  redis:\n    prefx: a\n") ==
      "gateway.yaml:3: store.redis: unknown key (not shown, it may be a secret); did you mean prefix?\n");
  BOOST_TEST(problems("store:\n  redis:\n    tls:\n      ca_flie: a\n") ==
             "gateway.yaml:4: store.redis.tls.ca_flie: unknown key; did you mean ca_file?\n");
}

BOOST_AUTO_TEST_SUITE_END()
