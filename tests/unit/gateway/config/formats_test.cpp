#include "gateway/realm/formats.h"

#include <string>

#include "gateway/config/express_format.h"
#include "tests/support/loading.h"

using namespace session;
using namespace session::gateway;

namespace {

const std::string kSecrets = "express: { secrets: [ { value: keyboard cat } ] }\n";
const std::string kKeys =
    "salt: { value: of ours }\nkeys: [ { id: k1, value: " + std::string("0123456789abcdef0123456789abcdef") +
    " } ]\n";
const std::string kRedis = "store: { type: redis }\n";
const std::string kUnsigned =
    "the cookies of session-store are not signed: whoever guesses one, or plants one, has the session";

std::shared_ptr<CacheBudget> budget() { return std::make_shared<CacheBudget>(0); }
Format used(const Settings& settings) { return format_for(settings, budget()); }
const ExpressSettings& express_of(const Settings& settings) {
  return settings.format_settings<ExpressSettings>("express");
}

// The warnings of a file that loads, a line each.
std::string warnings(const std::string& text) {
  std::string out;
  for (const std::string& warning : settings(text).warnings) out += warning + "\n";
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dialects)

BOOST_AUTO_TEST_CASE(the_default_is_native_and_accepts_nothing) {
  const Settings read = settings("");
  BOOST_TEST((read.format->name == "native"));
  BOOST_TEST(read.accept.empty());
  BOOST_TEST(accepted_by(read, budget()).empty());
}

BOOST_AUTO_TEST_CASE(express_is_read_with_its_options) {
  const Settings read = settings(
      "dialect: express\n"
      "express: { secrets: [ { value: new }, { value: old } ], prefix: 'app:', ttl: 90s }\n" +
      kRedis);
  BOOST_TEST((read.format->name == "express"));
  BOOST_REQUIRE(express_of(read).secrets.size() == 2u);
  BOOST_TEST(express_of(read).secrets[0].reveal() == "new");
  BOOST_TEST(express_of(read).secrets[1].reveal() == "old");
  BOOST_TEST(express_of(read).prefix == "app:");
  BOOST_TEST((express_of(read).ttl == seconds(90)));
  BOOST_TEST(read.warnings.empty());
  BOOST_TEST(used(read).cookies->store_key("hello") == "app:hello");
  BOOST_TEST(
      express_of(settings("dialect: express\nexpress: { secrets: [ { value: a } ], prefix: '' }\n")).prefix ==
      "");
}

BOOST_FIXTURE_TEST_CASE(secrets_can_come_from_files, Directory) {
  write("express.secret", "keyboard cat\n");
  const auto loaded = load("dialect: express\nexpress: { secrets: [ { file: express.secret } ] }\n");
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
  BOOST_TEST(express_of(*loaded).secrets.at(0).reveal() == "keyboard cat");
}

BOOST_AUTO_TEST_CASE(session_store_takes_the_salt_at_the_top_and_needs_no_keys) {
  const Settings read = settings("dialect: session-store\nsalt: { value: pepper }\n");
  BOOST_TEST(used(read).cookies->store_key("anything") == "e0b32f7c5b7710fc26e6ed0b444342b2");
  BOOST_TEST(used(settings("dialect: session-store\n")).cookies->store_key("anything") ==
             "89ace86a39a03bf03f21a72f039d5d2e");
}

BOOST_AUTO_TEST_CASE(accepted_formats_have_options_of_their_own) {
  const Settings read = settings(
      "accept: [session-store, express]\n"
      "salt: { value: of ours }\nkeys: [ { id: k1, value: " +
      std::string("0123456789abcdef0123456789abcdef") +
      " } ]\n"
      "session_store: { salt: { value: pepper }, cookie_name: old }\n" +
      kSecrets);
  const auto accepted = accepted_by(read, budget());
  BOOST_REQUIRE(accepted.size() == 2u);
  BOOST_TEST(accepted[0].format.name == "session-store");
  BOOST_TEST(accepted[0].cookie_name == "old");
  BOOST_TEST(accepted[0].format.cookies->store_key("anything") == "e0b32f7c5b7710fc26e6ed0b444342b2");
  BOOST_TEST(accepted[1].format.name == "express");
  BOOST_TEST(accepted[1].cookie_name == "connect.sid");
  BOOST_TEST(accepted[1].format.cookies->store_key("hello") == "sess:hello");
}

BOOST_AUTO_TEST_CASE(cookies_are_called_as_the_library_calls_them_unless_they_have_a_name) {
  BOOST_TEST(settings("dialect: express\n" + kSecrets).cookie.name == "connect.sid");
  BOOST_TEST(settings("dialect: session-store\n").cookie.name == "session-store");
  BOOST_TEST(settings("dialect: native\naccept: [express]\n" + kSecrets + kKeys).cookie.name ==
             "__Host-session");
  BOOST_TEST(settings("dialect: express\ncookie: { name: sid }\n" + kSecrets).cookie.name == "sid");
  BOOST_TEST(settings("dialect: express\ncookie: { name: __Host-session }\n" + kSecrets).cookie.name ==
             "__Host-session");
}

BOOST_AUTO_TEST_CASE(what_a_name_asks_of_the_other_attributes_holds_for_the_name_in_use) {
  const std::string plain = "cookie: { secure: false, domain: example.org, path: /app }\n";
  BOOST_TEST(problems("dialect: express\n" + plain + kSecrets) == "");
  BOOST_TEST(problems(plain + "dialect: session-store\n") == "");
  BOOST_TEST(
      problems("dialect: express\ncookie: { name: __Host-sid, secure: false }\n" + kSecrets) ==
      "gateway.yaml:2: cookie.secure: browsers refuse a __Host- or __Secure- cookie that is not secure\n");
  BOOST_TEST(
      problems("dialect: native\ncookie: { secure: false }\n") ==
      "gateway.yaml:2: cookie.secure: browsers refuse a __Host- or __Secure- cookie that is not secure\n");
}

BOOST_AUTO_TEST_CASE(values_have_ranges) {
  BOOST_TEST(problems("accept: [native]\n") ==
             "gateway.yaml:1: accept[0]: expected session-store or express, got native\n");
  BOOST_TEST(problems("accept: express\n") ==
             "gateway.yaml:1: accept: expected a list, got a single value\n");
  BOOST_TEST(problems("express: { ttl: 0s }\n") ==
             "gateway.yaml:1: express.ttl: expected 1s..3650d, got 0s\n");
  BOOST_TEST(
      problems("express: { prefix: 'a b' }\n") ==
      "gateway.yaml:1: express.prefix: expected at most 64 printable ASCII characters without spaces, got "
      "\"a b\"\n");
  const std::string name = "a cookie name is letters, digits and !#$%&'*+-.^_`|~\n";
  BOOST_TEST(problems("express: { cookie_name: 'a;b' }\nsession_store: { cookie_name: '' }\n") ==
             "gateway.yaml:1: express.cookie_name: " + name +
                 "gateway.yaml:2: session_store.cookie_name: " + name);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(contradictions)

BOOST_AUTO_TEST_CASE(only_native_accepts_others) {
  BOOST_TEST(problems("dialect: express\naccept: [session-store]\n" + kSecrets) ==
             "gateway.yaml:2: accept: expected only with dialect native, to which sessions move\n");
  BOOST_TEST(problems("accept: [express]\ndialect: session-store\n" + kSecrets) ==
             "gateway.yaml:1: accept: expected only with dialect native, to which sessions move\n");
}

BOOST_AUTO_TEST_CASE(a_format_is_accepted_once) {
  BOOST_TEST(problems("accept: [express, session-store, express]\n" + kSecrets + kKeys) ==
             "gateway.yaml:1: accept[2]: given twice\n");
}

BOOST_AUTO_TEST_CASE(express_needs_secrets) {
  BOOST_TEST(problems("dialect: express\n") ==
             "gateway.yaml:1: dialect: express needs express.secrets beside it\n");
  BOOST_TEST(problems("accept: [express]\nexpress: { ttl: 1h }\n" + kKeys) ==
             "gateway.yaml:1: accept: express needs express.secrets beside it\n");
  BOOST_TEST(problems("dialect: express\nexpress: { secrets: [] }\n") ==
             "gateway.yaml:2: express.secrets: expected at least one secret\n");
  BOOST_TEST(problems("dialect: express\nexpress: { secrets: [ { value: '' } ] }\n") ==
             "gateway.yaml:2: express.secrets[0].value: this secret is empty\n");
}

BOOST_AUTO_TEST_CASE(secrets_need_express) {
  const std::string text = "express.secrets: expected only with dialect express, or to accept express\n";
  BOOST_TEST(problems(kSecrets) == "gateway.yaml:1: " + text);
  BOOST_TEST(problems("accept: [session-store]\n" + kSecrets + kKeys) == "gateway.yaml:2: " + text);
  BOOST_TEST(problems("dialect: session-store\n" + kSecrets) == "gateway.yaml:2: " + text);
}

BOOST_AUTO_TEST_CASE(the_salt_of_sessions_to_be_accepted_needs_sessions_to_be_accepted) {
  const std::string salt = "session_store: { salt: { value: pepper } }\n";
  BOOST_TEST(problems("accept: [session-store]\n" + salt + kKeys) == "");
  BOOST_TEST(problems(salt) == "gateway.yaml:1: session_store.salt: expected only to accept session-store\n");
  BOOST_TEST(problems("dialect: session-store\n" + salt) ==
             "gateway.yaml:2: session_store.salt: expected only to accept session-store; with dialect "
             "session-store the salt is at the top\n");
}

BOOST_AUTO_TEST_CASE(cookies_to_be_accepted_have_names_of_their_own) {
  BOOST_TEST(
      problems("accept: [express]\ncookie: { name: connect.sid }\n" + kSecrets + kKeys) ==
      "gateway.yaml:1: express.cookie_name: expected another name than cookie.name, got connect.sid, its "
      "default\n");
  BOOST_TEST(problems("accept: [session-store]\nsession_store:\n  cookie_name: __Host-session\n" + kKeys) ==
             "gateway.yaml:3: session_store.cookie_name: expected another name than cookie.name, got "
             "__Host-session\n");
  BOOST_TEST(problems("accept: [express, session-store]\nsession_store: { cookie_name: connect.sid }\n" +
                      kSecrets + kKeys) ==
             "gateway.yaml:2: session_store.cookie_name: expected another name than express.cookie_name, got "
             "connect.sid\n");
  BOOST_TEST(problems("cookie: { name: connect.sid }\n") == "");
}

BOOST_AUTO_TEST_CASE(sessions_move_only_to_keys_that_outlive_the_process) {
  const std::string text = "gateway.yaml:1: accept: expected salt and keys beside it\n";
  BOOST_TEST(problems("accept: [express]\n" + kSecrets) == text);
  BOOST_TEST(problems("accept: [session-store]\n") == text);
}

BOOST_AUTO_TEST_CASE(cookies_in_use_are_named_with_the_cookie) {
  BOOST_TEST(problems("dialect: express\nexpress:\n  secrets: [ { value: s } ]\n  cookie_name: sid\n") ==
             "gateway.yaml:4: express.cookie_name: expected cookie.name instead, with dialect express\n");
  BOOST_TEST(problems("dialect: session-store\nsession_store: { cookie_name: sid }\n") ==
             "gateway.yaml:2: session_store.cookie_name: expected cookie.name instead, with dialect "
             "session-store\n");
}

BOOST_AUTO_TEST_CASE(old_and_new_keys_begin_differently) {
  BOOST_TEST(problems("accept: [express]\nstore: { redis: { prefix: 'sess:new:' } }\n" + kSecrets + kKeys) ==
             "gateway.yaml:1: accept: expected a store.redis.prefix that does not begin with express.prefix "
             "(sess:)\n");
}

BOOST_AUTO_TEST_CASE(the_prefix_of_redis_is_of_native_sessions) {
  const std::string prefix = "store: { redis: { prefix: 'session:' } }\n";
  BOOST_TEST(
      problems("dialect: express\n" + prefix + kSecrets) ==
      "gateway.yaml:2: store.redis.prefix: expected only with dialect native: keys of express begin with "
      "express.prefix\n");
  BOOST_TEST(
      problems("dialect: session-store\n" + prefix) ==
      "gateway.yaml:2: store.redis.prefix: expected only with dialect native: keys of session-store have no "
      "prefix\n");
  BOOST_TEST(problems("accept: [express]\n" + prefix + kSecrets + kKeys) == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(dialect_warnings)

BOOST_AUTO_TEST_CASE(cookies_that_are_not_signed_are_warned_of) {
  BOOST_TEST(warnings("dialect: session-store\n" + kRedis) == "gateway.yaml:1: dialect: " + kUnsigned + "\n");
  BOOST_TEST(warnings("workers: 1\naccept: [session-store]\n" + kKeys + kRedis) ==
             "gateway.yaml:2: accept: " + kUnsigned + "\n");
  BOOST_TEST(warnings("dialect: express\n" + kSecrets + kRedis) == "");
}

BOOST_AUTO_TEST_CASE(what_signs_native_cookies_is_not_used_by_others) {
  const std::string keys =
      "keys: [ { id: k1, value: " + std::string("0123456789abcdef0123456789abcdef") + " } ]\n";
  BOOST_TEST(warnings("dialect: express\n" + keys + "salt: { value: pepper }\n" + kSecrets + kRedis) ==
             "gateway.yaml:2: keys: not used: they sign the cookies of dialect native only\n"
             "gateway.yaml:3: salt: not used: dialect express has none\n");
  BOOST_TEST(warnings("dialect: session-store\n" + keys + kRedis) ==
             "gateway.yaml:1: dialect: " + kUnsigned +
                 "\n"
                 "gateway.yaml:2: keys: not used: they sign the cookies of dialect native only\n");
}

BOOST_AUTO_TEST_CASE(timeouts_that_do_not_count_are_warned_of) {
  BOOST_TEST(
      warnings("dialect: express\nsession:\n  idle_timeout: 15m\n  absolute_timeout: 8h\n" + kSecrets +
               kRedis) ==
      "gateway.yaml:4: session.absolute_timeout: does not count with dialect express: its records don't "
      "say when a session began\n"
      "gateway.yaml:3: session.idle_timeout: does not count with dialect express: sessions live as their "
      "cookie says, or express.ttl\n");
}

BOOST_AUTO_TEST_CASE(others_sessions_are_not_in_our_memory) {
  BOOST_TEST(warnings("dialect: express\n" + kSecrets) ==
             "gateway.yaml:1: dialect: with store.type memory there are no sessions of others: they are in "
             "Redis\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(dialect_secrets)

// Each of these is a plausible slip of the hand that puts a secret where the gateway expects something else.
BOOST_AUTO_TEST_CASE(no_secret_is_ever_part_of_a_problem) {
  for (const std::string section :
       {"express: hush-hush\n", "express: { secrets: hush-hush }\n", "express: { secrets: [ hush-hush ] }\n",
        "express: { secrets: { hush-hush: 1 } }\n", "express: { secrets: [ { hush-hush: 1 } ] }\n",
        "express: { secrets: [ { value:hush-hush } ] }\n", "express: { secrets: [ { file: hush-hush } ] }\n",
        "express: { secrets: [ { value: [ hush-hush ] } ] }\n", "express: { hush-hush: 1 }\n",
        "express: { secret: hush-hush }\n", "express: [ hush-hush ]\n", "session_store: hush-hush\n",
        "session_store: { salt: hush-hush }\n", "session_store: { salt: { hush-hush: 1 } }\n",
        "session_store: { hush-hush: 1 }\n"}) {
    for (const std::string head : {"", "dialect: express\n", "accept: [express, session-store]\n"}) {
      const std::string found = problems(head + section);
      BOOST_TEST_CONTEXT(head << section << found) {
        BOOST_TEST(found != "");
        BOOST_TEST(found.find("ush-hus") == found.npos);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
