#include <string>

#include "tests/support/loading.h"

using namespace session;
using namespace session::gateway;

namespace {

std::string redis(const std::string& keys) { return "store: { type: redis, redis: { " + keys + " } }\n"; }

// What is wrong with these keys, each without "gateway.yaml:1: store.redis.".
std::string refused(const std::string& keys) {
  std::string found = problems(redis(keys));
  const std::string at = "gateway.yaml:1: store.redis.";
  for (auto i = found.find(at); i != found.npos; i = found.find(at, i)) found.erase(i, at.size());
  return found;
}

const std::string kOnlySentinel = "expected only with topology sentinel\n";
const std::string kNoMix = "redis, rediss and unix don't mix\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_contradictions)

BOOST_AUTO_TEST_CASE(url_and_urls_exclude_each_other) {
  BOOST_TEST(problems("store:\n  redis:\n    url: redis://a\n    urls:\n    - rediss://b/1\n") ==
             "gateway.yaml:4: store.redis.urls: expected url or urls, not both\n");
}

BOOST_AUTO_TEST_CASE(a_single_server_has_one_url) {
  BOOST_TEST(problems("store:\n  redis:\n    urls:\n    - redis://a\n    - redis://b\n") ==
             "gateway.yaml:3: store.redis.urls: expected one url with topology single, got 2\n");
  BOOST_TEST(refused("topology: singel, urls: [ redis://a, redis://b ]") ==
             "topology: expected single, sentinel or cluster, got singel; did you mean single?\n");
}

BOOST_AUTO_TEST_CASE(sentinels_and_the_name_of_their_master_come_together) {
  BOOST_TEST(refused("url: redis://a, topology: sentinel") ==
             "topology: sentinel needs a master_name beside it\n");
  BOOST_TEST(refused("url: redis://a, topology: sentinel, master_name: \"\"") ==
             "topology: sentinel needs a master_name beside it\n");
  BOOST_TEST(refused("master_name: main") == "master_name: " + kOnlySentinel);
  BOOST_TEST(refused("topology: cluster, master_name: main") == "master_name: " + kOnlySentinel);
  BOOST_TEST(refused("topology: sentinel, master_name: main") ==
             "topology: sentinel needs the url or urls of sentinels beside it\n");
}

BOOST_AUTO_TEST_CASE(sentinels_users_are_for_sentinels) {
  BOOST_TEST(refused("sentinel_user: u, sentinel_password: { value: p }") ==
             "sentinel_user: " + kOnlySentinel + "sentinel_password: " + kOnlySentinel);
  BOOST_TEST(refused("topology: cluster, sentinel_password: { value: p }") ==
             "sentinel_password: " + kOnlySentinel);
}

BOOST_AUTO_TEST_CASE(a_cluster_has_one_database) {
  BOOST_TEST(refused("url: redis://a/2, topology: cluster") ==
             "url: expected database 0 with topology cluster, which has no other, got 2\n");
  BOOST_TEST(refused("urls: [ redis://a, redis://b/2 ], topology: cluster") ==
             "urls[1]: expected database 0 with topology cluster, which has no other, got 2\n");
}

BOOST_AUTO_TEST_CASE(all_urls_have_the_same_database_and_scheme) {
  const std::string more = ", topology: sentinel, master_name: main";
  BOOST_TEST(refused("urls: [ redis://a/1, redis://b/1, redis://c ]" + more) ==
             "urls[2]: expected the database of store.redis.urls[0] (1), got 0\n");
  BOOST_TEST(refused("urls: [ redis://a, rediss://b ]" + more) ==
             "urls[1]: expected the scheme of store.redis.urls[0]: " + kNoMix);
  BOOST_TEST(refused("urls: [ rediss://a, redis://b, \"unix:///c\" ]") ==
             "urls: expected one url with topology single, got 3\n"
             "urls[1]: expected the scheme of store.redis.urls[0]: " +
                 kNoMix + "urls[2]: expected the scheme of store.redis.urls[0]: " + kNoMix);
}

BOOST_AUTO_TEST_CASE(what_could_not_be_read_is_compared_with_nothing) {
  BOOST_TEST(refused("urls: [ b, redis://a/1, redis://b ], topology: sentinel, master_name: main") ==
             "urls[0]: expected a url that begins with redis://, rediss:// (TLS) or unix:///\n"
             "urls[2]: expected the database of store.redis.urls[1] (1), got 0\n");
  BOOST_TEST(refused("url: a, tls: { server_name: a }") ==
             "url: expected a url that begins with redis://, rediss:// (TLS) or unix:///\n");
}

BOOST_AUTO_TEST_CASE(sockets_are_for_a_single_server) {
  for (const std::string topology : {"sentinel, master_name: main", "cluster"}) {
    BOOST_TEST(refused("url: \"unix:///s\", topology: " + topology) ==
               "url: expected redis:// or rediss:// with topology " + topology.substr(0, topology.find(',')) +
                   ", which finds servers by their addresses\n");
  }
}

BOOST_AUTO_TEST_CASE(tls_is_for_rediss) {
  const std::string only = "tls: expected only with rediss:// urls\n";
  BOOST_TEST(refused("tls: { server_name: a }") == only);
  BOOST_TEST(refused("url: redis://a, tls: { server_name: a }") == only);
  BOOST_TEST(refused("url: \"unix:///s\", tls: { server_name: a }") == only);
}

BOOST_FIXTURE_TEST_CASE(a_certificate_and_its_key_come_together, Directory) {
  write("pem", "pem");
  const auto with = [&](const std::string& tls) {
    return problems(load("store:\n  redis:\n    url: rediss://a\n    tls: { " + tls + " }\n"));
  };
  BOOST_TEST(with("certificate: pem, key: pem").find("beside") == std::string::npos);
  BOOST_TEST(with("certificate: pem") ==
             "gateway.yaml:4: store.redis.tls.certificate: a certificate needs a key beside it\n");
  BOOST_TEST(with("certificate: \"\", key: pem") ==
             "gateway.yaml:4: store.redis.tls.key: a key needs a certificate beside it\n");
  BOOST_TEST(with("certificate: pem, key: /nonexistent") ==
             "gateway.yaml:4: store.redis.tls.key: can't read this file: No such file or directory\n");
}

BOOST_AUTO_TEST_CASE(a_user_has_a_password) {
  BOOST_TEST(refused("user: app") == "user: a user needs a password, in store.redis.password\n");
  BOOST_TEST(refused("url: redis://a, topology: sentinel, master_name: main, sentinel_user: app") ==
             "sentinel_user: a user needs a password, in store.redis.sentinel_password\n");
  BOOST_TEST(refused("user: app, password: { value: \"\" }") == "password.value: this secret is empty\n");
}

BOOST_AUTO_TEST_CASE(braces_would_put_a_cluster_into_one_slot) {
  const std::string one_slot =
      "prefix: expected no { and } with topology cluster: all sessions would be in one hash slot\n";
  BOOST_TEST(refused("url: redis://a, topology: cluster, prefix: \"{app}:\"") == one_slot);
  BOOST_TEST(refused("url: redis://a, topology: cluster, prefix: \"a}\"") == one_slot);
}

BOOST_AUTO_TEST_CASE(redis_is_given_up_before_the_request) {
  BOOST_TEST(problems("limits: { request_deadline: 1s }\nstore:\n  redis: { deadline: 1s }\n") ==
             "gateway.yaml:3: store.redis.deadline: expected at most half of limits.request_deadline (1s), "
             "got 1s\n");
  BOOST_TEST(problems("limits: { request_deadline: 1s }\nstore: { redis: { deadline: 500ms } }\n") == "");
  BOOST_TEST(problems("limits: { request_deadline: 200ms }\nstore:\n\n  type: redis\n") == "");
  BOOST_TEST((settings("limits: { request_deadline: 200ms }\nstore: { type: redis }\n").redis.deadline ==
              std::chrono::milliseconds(100)));
  BOOST_TEST((settings("store: { type: redis }\n").redis.deadline == std::chrono::seconds(1)));
}

BOOST_AUTO_TEST_CASE(requests_may_be_short_where_there_is_no_redis) {
  BOOST_TEST(problems("limits: { request_deadline: 10ms }\n") == "");
  BOOST_TEST(problems("limits: { request_deadline: 9ms }\nstore: { redis: { deadline: 1m } }\n") ==
             "gateway.yaml:1: limits.request_deadline: expected 10ms..10m, got 9ms\n");
}

BOOST_AUTO_TEST_CASE(all_contradictions_come_at_once_and_none_hides_another) {
  BOOST_TEST(
      problems("store:\n"
               "  redis:\n"
               "    url: unix:///s?db=1\n"
               "    topology: sentinel\n"
               "    user: app\n"
               "    tls: { server_name: a }\n"
               "    deadline: 5s\n") ==
      "gateway.yaml:3: store.redis.url: expected redis:// or rediss:// with topology sentinel, which "
      "finds servers by their addresses\n"
      "gateway.yaml:4: store.redis.topology: sentinel needs a master_name beside it\n"
      "gateway.yaml:5: store.redis.user: a user needs a password, in store.redis.password\n"
      "gateway.yaml:6: store.redis.tls: expected only with rediss:// urls\n"
      "gateway.yaml:7: store.redis.deadline: expected at most half of limits.request_deadline (5s), got "
      "5s\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(redis_warnings)

BOOST_AUTO_TEST_CASE(no_prefix_is_taken_with_a_warning) {
  const Settings read = settings("store:\n  redis:\n    prefix: \"\"\n");
  BOOST_TEST(read.redis.prefix == "");
  BOOST_REQUIRE(read.warnings.size() == 1u);
  BOOST_TEST(read.warnings[0] ==
             "gateway.yaml:3: store.redis.prefix: without a prefix, sessions mix with whatever else is in "
             "this database");
}

BOOST_AUTO_TEST_CASE(a_password_in_clear_text_is_taken_with_a_warning) {
  const std::string text = ": the password and all sessions cross the network in clear text: use rediss://";
  const auto warnings = [](const std::string& keys) { return settings(redis(keys)).warnings; };
  const auto one = warnings("url: redis://10.0.0.7, password: { value: p }");
  BOOST_REQUIRE(one.size() == 1u);
  BOOST_TEST(one[0] == "gateway.yaml:1: store.redis.url" + text);
  const auto several = warnings(
      "urls: [ redis://127.0.0.1, redis://a, redis://b ], topology: sentinel, master_name: m, "
      "sentinel_password: { value: p }");
  BOOST_REQUIRE(several.size() == 1u);
  BOOST_TEST(several[0] == "gateway.yaml:1: store.redis.urls[1]" + text);
}

BOOST_AUTO_TEST_CASE(a_password_that_stays_here_or_is_encrypted_is_no_risk) {
  for (const std::string url : {"redis://127.0.0.1", "\"redis://[::1]:6379\"", "redis://localhost",
                                "\"unix:///s\"", "rediss://10.0.0.7"}) {
    const auto read = settings(redis("password: { value: p }, url: " + url));
    BOOST_TEST(read.warnings.empty(), url << ": " << read.warnings.size());
  }
  BOOST_TEST(settings(redis("password: { value: p }")).warnings.empty());
  BOOST_TEST(settings(redis("url: redis://10.0.0.7")).warnings.empty());
}

BOOST_AUTO_TEST_SUITE_END()
