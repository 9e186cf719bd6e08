#include <unistd.h>

#include <string>

#include "gateway/config/referenced_file.h"
#include "tests/support/loading.h"

using namespace session;
using namespace session::gateway;

namespace {

const std::string kSecret = "0123456789abcdef0123456789abcdef";

std::string keys_with(const std::string& lines) { return "salt: { value: pepper }\nkeys:\n" + lines; }

}  // namespace

BOOST_AUTO_TEST_SUITE(secrets)

BOOST_AUTO_TEST_CASE(secrets_can_stand_in_place) {
  const Settings read =
      settings(keys_with("- { id: k2, value: " + kSecret + " }\n- { id: k1, value: " + kSecret + "1 }\n"));
  BOOST_TEST(read.salt.reveal() == "pepper");
  BOOST_REQUIRE(read.keys.size() == 2u);
  BOOST_TEST(read.keys[0].id == "k2");
  BOOST_TEST(read.keys[0].secret.reveal() == kSecret);
  BOOST_TEST(read.keys[1].id == "k1");
}

BOOST_FIXTURE_TEST_CASE(secrets_are_read_from_files_beside_the_configuration_without_line_ends, Directory) {
  write("salt.key", "pepper\r\n");
  write("k1.key", kSecret + "\n\n", 0640);
  const auto loaded =
      load("salt: { file: salt.key }\nkeys: [ { id: k1, file: " + (path / "k1.key").string() + " } ]\n");
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
  BOOST_TEST(loaded->salt.reveal() == "pepper");
  BOOST_TEST(loaded->keys.at(0).secret.reveal() == kSecret);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_everybody_can_read_is_taken_with_a_warning, Directory) {
  write("salt.key", "pepper");
  write("open.key", kSecret, 0644);
  const auto loaded = load("salt: { file: salt.key }\nkeys:\n- { id: k1, file: open.key }\n");
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
  BOOST_TEST(loaded->keys.at(0).secret.reveal() == kSecret);
  BOOST_REQUIRE(loaded->warnings.size() == 1u);
  BOOST_TEST(loaded->warnings[0] ==
             (path / "gateway.yaml").string() +
                 ":3: keys[0].file: every user of this machine can use this file (mode 0644): "
                 "take that away with chmod o=");
}

// Root checks a configuration for the service, whose account reads the files.
BOOST_AUTO_TEST_CASE(what_root_has_given_to_the_service_is_taken_without_a_warning) {
  constexpr uid_t kService = 777;
  constexpr gid_t kServiceGroup = 778;
  const auto warns = [](uid_t user, mode_t mode, uid_t owner, gid_t group) {
    TrustedAccounts accounts{user, user};
    accounts.user_name = [](uid_t id) { return id == kService ? "session-gateway" : "www-data"; };
    accounts.group_name = [](gid_t id) { return id == kServiceGroup ? "session-gateway" : "www-data"; };
    ParseContext context({}, FormatRegistry::built_in());
    warn_if_open(Field(context, nullptr, "key", 1), {mode, owner, group}, accounts);
    return !context.warnings().empty();
  };
  BOOST_TEST(!warns(0, 0640, 0, kServiceGroup));
  BOOST_TEST(!warns(0, 0600, kService, kServiceGroup));
  BOOST_TEST(warns(0, 0640, 0, 33));
  BOOST_TEST(warns(0, 0600, 33, 0));
  BOOST_TEST(warns(0, 0644, 0, kServiceGroup));
  // Who is not root is the service.
  BOOST_TEST(warns(1000, 0640, 0, kServiceGroup));
  BOOST_TEST(warns(1000, 0600, kService, 0));
}

// In a user namespace without root (PrivateUsers=), root's files appear as those of the overflow user.
BOOST_AUTO_TEST_CASE(the_owner_of_the_root_directory_is_root) {
  TrustedAccounts accounts{1000, 1000};
  BOOST_TEST(!accounts.trusts_user(65534));
  BOOST_TEST(!accounts.trusts_group(65534));
  BOOST_TEST(why_replaceable(0755, 65534, 65534, accounts).has_value());
  accounts.root_user = accounts.root_group = 65534;
  BOOST_TEST(accounts.trusts_user(65534));
  BOOST_TEST(accounts.trusts_group(65534));
  BOOST_TEST(!why_replaceable(0775, 65534, 65534, accounts).has_value());
  BOOST_TEST(!accounts.trusts_user(1001));
}

// Only root can give a file to others, so the rule itself is asked, too.
BOOST_FIXTURE_TEST_CASE(a_file_of_another_user_or_for_another_group_is_taken_with_a_warning, Directory) {
  const auto warnings = [](mode_t mode, uid_t owner, gid_t group) {
    ParseContext context({}, FormatRegistry::built_in());
    warn_if_open(Field(context, nullptr, "key", 1), {mode, owner, group});
    std::string all;
    for (const Problem& warning : context.warnings()) all += warning.text + "\n";
    return all;
  };
  const uid_t self = ::geteuid();
  const gid_t own = ::getegid();
  const uid_t other = self + 4242;
  const gid_t strangers = own + 4242;
  BOOST_TEST(warnings(0600, self, own) == "");
  BOOST_TEST(warnings(0600, 0, strangers) == "");
  BOOST_TEST(warnings(0640, 0, own) == "");
  BOOST_TEST(warnings(0640, 0, 0) == "");
  BOOST_TEST(warnings(0600, other, own) ==
             "this file belongs to another user (" + std::to_string(other) +
                 "), who can read and replace it: give it to root with chown\n");
  const std::string group =
      "all users of its group (" + std::to_string(strangers) + ") can use this file (mode ";
  BOOST_TEST(warnings(0640, self, strangers) == group + "0640): take that away with chmod g=\n");
  BOOST_TEST(warnings(0620, 0, strangers) == group + "0620): take that away with chmod g=\n");
  BOOST_TEST(warnings(0644, 0, strangers) ==
             "every user of this machine can use this file (mode 0644): take that away with chmod o=\n");
  if (self != 0) return;
  write("salt.key", "pepper");
  write("k1.key", kSecret, 0640);
  BOOST_REQUIRE(::chown((path / "k1.key").c_str(), other, strangers) == 0);
  const auto loaded = load("salt: { file: salt.key }\nkeys: [ { id: k1, file: k1.key } ]\n");
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
  BOOST_TEST(loaded->warnings.size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_holds_no_good_secret_is_a_problem, Directory) {
  write("empty", "\n\n");
  write("short", std::string(31, 's') + "\n");
  write("large", std::string(65537, 's'));
  write("open", kSecret, 0644);
  BOOST_TEST(
      problems(load("salt: { file: salt.key }\n"
                    "keys:\n"
                    "- { id: a, file: empty }\n"
                    "- { id: b, file: short }\n"
                    "- { id: c, file: large }\n"
                    "- { id: d, file: open }\n"
                    "- { id: e, file: /nonexistent/key }\n"
                    "- { id: f, file: . }\n"
                    "- { id: g, file: \"\" }\n")) ==
      "gateway.yaml:1: salt.file: can't read this file: No such file or directory (a relative path starts at "
      "this configuration's directory)\n"
      "gateway.yaml:3: keys[0].file: this secret is empty\n"
      "gateway.yaml:4: keys[1].file: expected a secret of at least 32 bytes, got 31\n"
      "gateway.yaml:5: keys[2].file: this file is larger than 64KiB\n"
      "gateway.yaml:7: keys[4].file: can't read this file: No such file or directory\n"
      "gateway.yaml:8: keys[5].file: can't read this file: not a regular file (a relative path starts at "
      "this "
      "configuration's directory)\n"
      "gateway.yaml:9: keys[6].file: expected the path of a file\n");
}

BOOST_FIXTURE_TEST_CASE(a_pipe_in_place_of_a_secret_is_not_waited_for, Directory) {
  BOOST_REQUIRE(::mkfifo((path / "pipe").c_str(), 0600) == 0);
  BOOST_TEST(
      problems(load("salt: { file: pipe }\nkeys: [ { id: a, value: " + kSecret + " } ]\n")) ==
      "gateway.yaml:1: salt.file: can't read this file: not a regular file (a relative path starts at this "
      "configuration's directory)\n");
}

BOOST_AUTO_TEST_CASE(a_secret_is_a_file_or_a_value) {
  BOOST_TEST(
      problems("salt: { file: a, value: b }\nkeys:\n- { id: k }\n- { id: l, file: a, value: b }\n- ~\n") ==
      "gateway.yaml:1: salt: expected file or value, not both\n"
      "gateway.yaml:3: keys[0]: expected file or value\n"
      "gateway.yaml:4: keys[1]: expected file or value, not both\n"
      "gateway.yaml:5: keys[2]: expected an id\n"
      "gateway.yaml:5: keys[2]: expected file or value\n");
  BOOST_TEST(problems(keys_with("- { id: k, value: short }\n")) ==
             "gateway.yaml:3: keys[0].value: expected a secret of at least 32 bytes, got 5\n");
  BOOST_TEST(problems("salt: { value: \"\" }\nkeys: [ { id: k, value: } ]\n") ==
             "gateway.yaml:1: salt.value: this secret is empty\n"
             "gateway.yaml:2: keys[0].value: expected text, got nothing\n");
}

BOOST_AUTO_TEST_CASE(keys_and_salt_come_together_or_not_at_all) {
  BOOST_TEST(problems("keys:\n- { id: k, value: " + kSecret + " }\n") ==
             "gateway.yaml:1: keys: keys need a salt beside them\n");
  BOOST_TEST(problems("salt: { value: pepper }\n") == "gateway.yaml:1: salt: a salt needs keys beside it\n");
  BOOST_TEST(problems("salt: { value: pepper }\nkeys: []\n") ==
             "gateway.yaml:2: keys: expected at least one key; leave keys and salt out for random ones\n");
}

BOOST_AUTO_TEST_CASE(key_ids_are_valid_and_all_different) {
  const std::string value = ", value: " + kSecret + " }\n";
  BOOST_TEST(problems(keys_with("- { id: k1" + value + "- { id: k2" + value + "- { id: k1" + value)) ==
             "gateway.yaml:5: keys[2].id: the same id as keys[0]\n");
  BOOST_TEST(problems(keys_with("- { id: k.1" + value + "- { id: \"\"" + value +
                                "- { id: " + std::string(33, 'k') + value)) ==
             "gateway.yaml:3: keys[0].id: expected 1 to 32 of A-Z, a-z, 0-9, _ and -\n"
             "gateway.yaml:4: keys[1].id: expected 1 to 32 of A-Z, a-z, 0-9, _ and -\n"
             "gateway.yaml:5: keys[2].id: expected 1 to 32 of A-Z, a-z, 0-9, _ and -\n");
}

// Each of these is a plausible slip of the hand that puts a secret where the gateway expects something else.
BOOST_AUTO_TEST_CASE(no_secret_is_ever_part_of_a_problem) {
  const std::string hush = "hush-hush";
  const std::string salt = "salt: { value: pepper }\n";
  for (const std::string text : {
           "salt: hush-hush\n",
           "salt: [ hush-hush ]\n",
           "salt: { value:hush-hush }\n",
           "salt:\n  hush-hush: value\n",
           "salt: { hush-hush: 1, hush-hush: 2 }\n",
           "salt: { file: hush-hush }\n",
           "salt: { value: { hush-hush: 1 } }\n",
           "salt: { value: [ hush-hush ] }\n",
           "salt: { value: *hush-hush }\n",
           "salt: { value: &hush-hush }\n",
           "salt: { value: !hush-hush x }\n",
           "salt: { value: @hush-hush }\n",
           "salt: { value: \"\\hush-hush\" }\n",
           "salt: { value: hush-hush: x }\n",
           "salt: { value: 'hush-hush }\n",
           "salt: { value: hush-hush\n",
           "keys: hush-hush\n",
           "keys: { hush-hush: 1 }\n",
       }) {
    const std::string found = problems(text);
    BOOST_TEST_CONTEXT(text << found) {
      BOOST_TEST(found != "");
      BOOST_TEST(found.find(hush.substr(1, 7)) == found.npos);
    }
  }
  for (const std::string item :
       {"- hush-hush\n", "- id: k\n  value:hush-hush\n", "- { id: k, value: hush-hush }\n",
        "- { id: hush-hush.x, value: hush-hush }\n", "- { hush-hush }\n", "- { id: k, hush-hush: 1 }\n",
        "- { id: k, file: /hush-hush }\n"}) {
    const std::string found = problems(keys_with(item));
    BOOST_TEST_CONTEXT(item << found) {
      BOOST_TEST(found != "");
      BOOST_TEST(found.find(hush) == found.npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_key_beside_a_secret_is_not_shown_but_what_was_meant_is) {
  BOOST_TEST(problems(keys_with("- { id: k, valeu: x }\n")) ==
             "gateway.yaml:3: keys[0]: expected file or value\n"
             "gateway.yaml:3: keys[0]: unknown key (not shown, it may be a secret); did you mean value?\n");
}

BOOST_FIXTURE_TEST_CASE(a_listener_has_one_secret_or_two_while_nginx_changes_from_one_to_the_other,
                        Directory) {
  write("nginx.secret", kSecret + "\n");
  const auto loaded = load(
      "listen:\n- { unix: /run/a, secret: { file: nginx.secret } }\n- { unix: /run/b, secret: [ { value: " +
      kSecret + "2 }, { value: " + kSecret + "1 } ] }\n- tcp: 127.0.0.1:9000\n");
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
  const auto& secrets = loaded->listen_secrets;
  BOOST_REQUIRE(secrets.size() == 3u);
  BOOST_REQUIRE(secrets[0].size() == 1u);
  BOOST_TEST(secrets[0][0].reveal() == kSecret);
  BOOST_REQUIRE(secrets[1].size() == 2u);
  BOOST_TEST(secrets[1][0].reveal() == kSecret + "2");
  BOOST_TEST(secrets[1][1].reveal() == kSecret + "1");
  BOOST_TEST(secrets[2].empty());
  BOOST_TEST(loaded->has_listen_secret());
  BOOST_TEST(!settings("listen: [ { unix: /run/a } ]\n").has_listen_secret());
  BOOST_TEST(!settings("").has_listen_secret());
}

BOOST_AUTO_TEST_CASE(a_secret_of_a_listener_is_as_long_as_a_key_and_fits_into_nginxs_configuration) {
  const auto with = [](const std::string& secret) {
    return problems("listen:\n- unix: /run/a\n  secret: " + secret + "\n");
  };
  const std::string unfit =
      "gateway.yaml:3: listen[0].secret: expected at most 1024 of A-Z, a-z, 0-9 and - _ . ~ + / =, since "
      "nginx "
      "has to write it (session-gateway key new)\n";
  BOOST_TEST(with("{ value: " + std::string(31, 's') + " }") ==
             "gateway.yaml:3: listen[0].secret.value: expected a secret of at least 32 bytes, got 31\n");
  for (const char* bad : {"$", "\"", "\\\\", " ", ";", "{", "#", "\\n"})
    BOOST_TEST(with("{ value: \"" + kSecret + (*bad == '"' ? "\\\"" : bad) + "\" }") == unfit);
  BOOST_TEST(with("{ value: " + std::string(1025, 's') + " }") == unfit);
  const std::string number =
      "gateway.yaml:3: listen[0].secret: expected one secret, or a list of two while nginx changes from one "
      "to "
      "the other\n";
  BOOST_TEST(with("[]") == number);
  const std::string one = "{ value: " + kSecret + " }";
  BOOST_TEST(with("[ " + one + ", " + one + ", " + one + " ]") == number);
  BOOST_TEST(with("{ file: a, value: b }") ==
             "gateway.yaml:3: listen[0].secret: expected file or value, not both\n");
}

BOOST_AUTO_TEST_CASE(no_secret_of_a_listener_is_part_of_a_problem) {
  for (const std::string text :
       {"secret: hush-hush", "secret:hush-hush", "secret: [ hush-hush ]", "secret: { hush-hush: 1 }",
        "secret: { value: hush-hush }", "secret: { file: hush-hush }", "secret: { value: [ hush-hush ] }",
        "hush-hush: 1"}) {
    const std::string found = problems("listen:\n- { unix: /run/a, " + text + " }\n");
    BOOST_TEST_CONTEXT(text << found) {
      BOOST_TEST(found != "");
      BOOST_TEST(found.find("hush-hush") == found.npos);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
