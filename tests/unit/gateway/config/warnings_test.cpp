#include <string>
#include <utility>
#include <vector>

#include "tests/support/loading.h"

// What is allowed and risky: each warned of with its line, and quiet once it is mended.

namespace session::gateway {
namespace {

const std::string kSecret = "0123456789abcdef0123456789abcdef";

std::string warnings(const std::string& text) {
  std::string out;
  for (const std::string& warning : settings(text).warnings) out += warning + "\n";
  return out;
}

struct Case {
  std::string risky, warning, mended;
};

const std::vector<Case> kCases = {
    {"workers: 1\ncookie: { name: s, secure: false }\n",
     "2: cookie.secure: the session cookie crosses the network in clear text where a page is not HTTPS",
     "cookie: { name: s, secure: true }\n"},
    {"cookie:\n  same_site: none\n",
     "2: cookie.same_site: requests that other sites cause carry the session: applications have to tell them "
     "apart "
     "themselves",
     "cookie:\n  same_site: strict\n"},
    {"cookie: { name: s, domain: example.com }\n",
     "1: cookie.domain: every host below this domain sees the session cookie, and can plant one",
     "cookie: { name: s }\n"},
    {"listen:\n- tcp: 127.0.0.1:9000\n- tcp: 10.0.0.1:9000\n",
     "3: listen[1]: whoever reaches this address can log in as anybody: give it a secret, and keep it in a "
     "network of your own",
     "listen:\n- tcp: 127.0.0.1:9000\n- tcp: \"[::1]:9000\"\n"},
    {"listen: [ { unix: /run/s, mode: \"0666\" } ]\n",
     "1: listen[0]: every user of this machine can log in as anybody: give this socket a secret, and take it "
     "from them with mode \"0660\"",
     "listen: [ { unix: /run/s, mode: \"0660\" } ]\n"},
    {"listen: [ { tcp: 10.0.0.1:9000, secret: { value: " + kSecret + " } } ]\n",
     "1: listen[0]: the secret and the cookies cross the network in clear text: keep this address in a "
     "network "
     "of your own",
     "listen: [ { unix: /run/s, mode: \"0666\", secret: { value: " + kSecret + " } } ]\n"},
    {"listen: [ { unix: /run/s, secret: { value: aaaaaaaabbbbbbbbaaaaaaaabbbbbbbb } } ]\n",
     "1: listen[0]: this secret is not random: whoever guesses it can log in as anybody (session-gateway key "
     "new)",
     "listen: [ { unix: /run/s, secret: { value: " + kSecret + " } } ]\n"},
    {"listen: [ { unix: /run/s, secret: [ { value: " + kSecret + " }, { value: " + kSecret + " } ] } ]\n",
     "1: listen[0]: the two secrets are the same: that is no rotation",
     "listen: [ { unix: /run/s, secret: [ { value: " + kSecret + " }, { value: " + kSecret + "1 } ] } ]\n"},
    {"salt: { value: pepper }\nkeys:\n- { id: a, value: aaaaaaaabbbbbbbbaaaaaaaabbbbbbbb }\n",
     "3: keys[0]: this secret is not random: whoever guesses it can forge every cookie (session-gateway key "
     "new)",
     "salt: { value: pepper }\nkeys:\n- { id: a, value: " + kSecret + " }\n"},
    {"salt: { value: pepper }\nkeys:\n- { id: a, value: " + kSecret + " }\n- { id: b, value: " + kSecret +
         " }\n",
     "4: keys[1]: the same secret as keys[0]: that is no rotation",
     "salt: { value: pepper }\nkeys:\n- { id: a, value: " + kSecret + " }\n- { id: b, value: " + kSecret +
         "1 }\n"},
    {"limits: { request_deadline: 11s }\n",
     "1: limits.request_deadline: a stop may take so long, and systemd's unit allows it 15s: raise "
     "TimeoutStopSec= "
     "there, too",
     "limits: { request_deadline: 10s }\n"},
    {"session: { flush: behind }\n",
     "1: session.flush: a change is lost if the store fails just after its answer has gone",
     "session: { flush: wait }\n"},
    {"session: { touch_every: 0s }\n", "1: session.touch_every: every check writes to the store",
     "session: { touch_every: 1s }\n"},
    {"store:\n  redis: { url: redis://127.0.0.1 }\n",
     "2: store.redis: not used without store.type redis: sessions are in memory, and end with the process",
     "store:\n  type: memory\n  redis: { url: redis://127.0.0.1 }\n"},
    {"store:\n  redis: { password: { value: s3cret } }\n",
     "2: store.redis: not used without store.type redis: sessions are in memory, and end with the process",
     "store:\n  type: memory\n  redis: { password: { value: s3cret } }\n"},
    {"store:\n  type: redis\n  memory: { file: /run/gw/sessions.db }\n",
     "3: store.memory.file: not used with store.type redis: sessions are there; remove the file, or those "
     "that "
     "end there live again when it is used",
     "store:\n  type: redis\n  memory: { max_bytes: 1GiB }\n"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(risks)

BOOST_AUTO_TEST_CASE(each_risk_is_warned_of_with_its_line_and_not_when_it_is_mended) {
  for (const Case& each : kCases) {
    BOOST_TEST(warnings(each.risky) == "gateway.yaml:" + each.warning + "\n");
    BOOST_TEST(warnings(each.mended) == "");
  }
}

BOOST_AUTO_TEST_CASE(a_file_with_problems_is_not_warned_of) {
  const auto loaded = load_text("gateway.yaml", "session: { flush: behind }\nworkers: none\n");
  BOOST_TEST(problems(loaded) == "gateway.yaml:2: workers: expected auto or 1..256, got none\n");
}

BOOST_FIXTURE_TEST_CASE(a_secret_in_place_makes_the_configuration_itself_secret, Directory) {
  const std::string text = "salt: { value: pepper }\nkeys:\n- { id: a, value: " + kSecret + " }\n";
  const auto load_with = [&](mode_t mode) {
    write("gateway.yaml", text, mode);
    const auto loaded = load_file((path / "gateway.yaml").string());
    BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
    return loaded->warnings;
  };
  BOOST_TEST(load_with(0640).empty());
  const auto open = load_with(0644);
  BOOST_REQUIRE(open.size() == 2u);
  BOOST_TEST(open[1] ==
             (path / "gateway.yaml").string() +
                 ":3: keys[0].value: every user of this machine can use this file (mode 0644): take that "
                 "away with chmod o=");
}

BOOST_FIXTURE_TEST_CASE(a_secret_in_a_directory_that_everybody_writes_to_can_be_replaced, Directory) {
  std::filesystem::create_directory(path / "open");
  write("open/salt", "pepper");
  write("k1.key", kSecret);
  const std::string text = "salt: { file: open/salt }\nkeys: [ { id: a, file: k1.key } ]\n";
  BOOST_TEST(load(text)->warnings.empty());
  BOOST_REQUIRE(::chmod((path / "open").c_str(), 0777) == 0);
  const auto loaded = load(text);
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
  BOOST_REQUIRE(loaded->warnings.size() == 1u);
  BOOST_TEST(loaded->warnings[0] ==
             (path / "gateway.yaml").string() +
                 ":1: salt.file: every user of this machine can replace this file: take that "
                 "away from its directory, or the one above it, with chmod o-w");
  BOOST_REQUIRE(::chmod((path / "open").c_str(), 01777) == 0);
  BOOST_TEST(load(text)->warnings.empty());
}

BOOST_FIXTURE_TEST_CASE(a_directory_further_up_and_that_of_a_link_count_as_well, Directory) {
  std::filesystem::create_directories(path / "open/private");
  write("open/private/salt", "pepper");
  write("k1.key", kSecret);
  std::filesystem::create_symlink("open/private/salt", path / "link");
  BOOST_REQUIRE(::chmod((path / "open/private").c_str(), 0700) == 0);
  for (const std::string file : {"open/private/salt", "link"}) {
    const std::string text = "salt: { file: " + file + " }\nkeys: [ { id: a, file: k1.key } ]\n";
    BOOST_REQUIRE(::chmod((path / "open").c_str(), 0755) == 0);
    BOOST_TEST(load(text)->warnings.empty());
    BOOST_REQUIRE(::chmod((path / "open").c_str(), 0757) == 0);
    const auto loaded = load(text);
    BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
    BOOST_REQUIRE(loaded->warnings.size() == 1u);
    BOOST_TEST(loaded->warnings[0].find("salt.file: every user of this machine can replace this file") !=
               std::string::npos);
  }
}

// Only root can give a directory to others.
BOOST_FIXTURE_TEST_CASE(a_secret_in_a_directory_of_another_user_or_group_can_be_replaced, Directory) {
  if (::geteuid() != 0) return;
  std::filesystem::create_directory(path / "theirs");
  write("theirs/salt", "pepper");
  write("k1.key", kSecret);
  const auto warnings = [&](mode_t mode, uid_t owner, gid_t group) {
    BOOST_REQUIRE(::chown((path / "theirs").c_str(), owner, group) == 0);
    BOOST_REQUIRE(::chmod((path / "theirs").c_str(), mode) == 0);
    const auto loaded = load("salt: { file: theirs/salt }\nkeys: [ { id: a, file: k1.key } ]\n");
    BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
    std::string all;
    for (const std::string& warning : loaded->warnings) all += warning.substr(path.string().size()) + "\n";
    return all;
  };
  const std::string place = "/gateway.yaml:1: salt.file: ";
  BOOST_TEST(warnings(0755, 0, 4242) == "");
  BOOST_TEST(warnings(0775, 0, 0) == "");
  BOOST_TEST(warnings(01775, 0, 4242) == "");
  BOOST_TEST(warnings(0775, 0, 4242) ==
             place +
                 "all users of a group (4242) can replace this file: take that away from its directory, or "
                 "the one above it, with chmod g-w\n");
  for (const mode_t mode : {0700U, 01700U}) {
    BOOST_TEST(warnings(mode, 4242, 0) ==
               place +
                   "another user (4242) can replace this file: its directory, or one above it, belongs to "
                   "that user; give it to root with chown\n");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
