#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "gateway/config/express_format.h"
#include "gateway/config/load.h"
#include "gateway/config/session_store_format.h"
#include "gateway/config/yaml.h"
#include "tests/support/places.h"

using namespace session;
using namespace session::gateway;
using Path = std::filesystem::path;

namespace {

const ExpressSettings& express_of(const Settings& settings) {
  return settings.format_settings<ExpressSettings>("express");
}
const SessionStoreSettings& session_store_of(const Settings& settings) {
  return settings.format_settings<SessionStoreSettings>("session-store");
}

const std::string kReference = session::test::source_root() + "/conf/gateway.yaml";

std::string reference() {
  std::ifstream file(kReference);
  std::ostringstream text;
  text << file.rdbuf();
  BOOST_REQUIRE_MESSAGE(!text.str().empty(), "conf/gateway.yaml is missing or empty");
  return text.str();
}

// Whether a line is a setting that is commented out: a # with no space after it.
std::size_t example_at(const std::string& line) {
  const auto hash = line.find_first_not_of(' ');
  const bool example =
      hash != line.npos && line[hash] == '#' && hash + 1 < line.size() && line[hash + 1] != ' ';
  return example ? hash : line.npos;
}

enum class Examples { that_go_together, all };

// What excludes something else in the reference: `file`, `url`, the topology single, a __Host- cookie.
bool is_an_alternative(std::string_view example) {
  constexpr std::array<std::string_view, 4> kAlternatives = {
      "#value:", "#urls:", "#sentinel_password:", "#former:"};
  return std::any_of(kAlternatives.begin(), kAlternatives.end(),
                     [&](std::string_view key) { return example.starts_with(key); });
}

// The reference with its examples as settings; all of them only for looking at.
std::string with_examples(Examples examples) {
  std::istringstream lines(reference());
  std::string out, line;
  while (std::getline(lines, line)) {
    const auto hash = example_at(line);
    const bool excluded = examples == Examples::that_go_together && hash != line.npos &&
                          is_an_alternative(std::string_view(line).substr(hash));
    if (hash != line.npos && !excluded) line.erase(hash, 1);
    out += line + "\n";
  }
  return out;
}

void collect_keys(const YamlNode& node, const std::string& key, std::set<std::string>& to) {
  for (const YamlNode& item : node.items) collect_keys(item, key + "[]", to);
  for (const YamlEntry& entry : node.entries) {
    const std::string inner = key.empty() ? entry.name : key + "." + entry.name;
    to.insert(inner);
    collect_keys(entry.value, inner, to);
  }
}

std::set<std::string> mentioned_keys() {
  const auto root = parse_yaml(with_examples(Examples::all));
  BOOST_REQUIRE(root.has_value());
  std::set<std::string> keys;
  collect_keys(*root, {}, keys);
  BOOST_REQUIRE(!keys.empty());
  return keys;
}

// Whether a key is what a known key stands for: part by part, where "*" is any name.
bool is_a(const std::string& key, const std::string& known) {
  std::istringstream parts(key), patterns(known);
  std::string part, pattern;
  while (std::getline(patterns, pattern, '.')) {
    if (!std::getline(parts, part, '.') || (pattern != "*" && pattern != part)) return false;
  }
  return !std::getline(parts, part, '.');
}

void write_private(const Path& path, const std::string& text) {
  std::ofstream(path) << text;
  ::chmod(path.c_str(), 0600);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_reference_loads_and_every_value_in_it_is_the_default) {
  const auto loaded = load_file(kReference);
  BOOST_REQUIRE(loaded.has_value());
  const Settings& read = *loaded;
  const Settings defaults;
  BOOST_TEST((read.listen == defaults.listen));
  BOOST_TEST((!read.has_listen_secret() && !defaults.has_listen_secret()));
  BOOST_TEST((read.workers == defaults.workers));
  BOOST_TEST(read.limits.connections == defaults.limits.connections);
  BOOST_TEST(read.limits.request_bytes == defaults.limits.request_bytes);
  BOOST_TEST(read.limits.remembered == defaults.limits.remembered);
  BOOST_TEST((read.limits.request_deadline == defaults.limits.request_deadline));
  BOOST_TEST(read.cookie.name == defaults.cookie.name);
  BOOST_TEST(read.cookie.path == defaults.cookie.path);
  BOOST_TEST(read.cookie.domain == defaults.cookie.domain);
  BOOST_TEST(read.cookie.secure == defaults.cookie.secure);
  BOOST_TEST((read.cookie.same_site == defaults.cookie.same_site));
  BOOST_TEST((read.cookie.lifetime == defaults.cookie.lifetime));
  BOOST_TEST((read.salt.empty() && defaults.salt.empty()));
  BOOST_TEST((read.keys.empty() && defaults.keys.empty()));
  BOOST_TEST((read.session.idle_timeout == defaults.session.idle_timeout));
  BOOST_TEST((read.session.absolute_timeout == defaults.session.absolute_timeout));
  BOOST_TEST((read.session.touch_every == defaults.session.touch_every));
  BOOST_TEST(read.session.max_bytes == defaults.session.max_bytes);
  BOOST_TEST((read.session.anonymous.idle_timeout == defaults.session.anonymous.idle_timeout));
  BOOST_TEST(read.session.anonymous.max_bytes == defaults.session.anonymous.max_bytes);
  BOOST_TEST((read.forget_at_login == defaults.forget_at_login));
  BOOST_TEST((read.session.max_per_subject.count == defaults.session.max_per_subject.count));
  BOOST_TEST((read.session.max_per_subject.when_full == defaults.session.max_per_subject.when_full));
  BOOST_TEST((read.session.lifetimes.empty() && defaults.session.lifetimes.empty()));
  BOOST_TEST((read.record_client.address == defaults.record_client.address));
  BOOST_TEST((read.record_client.agent == defaults.record_client.agent));
  BOOST_TEST((read.regenerate_on == defaults.regenerate_on));
  BOOST_TEST((read.flush == defaults.flush));
  BOOST_TEST(read.memory.max_bytes == defaults.memory.max_bytes);
  BOOST_TEST(read.memory_file.path == defaults.memory_file.path);
  BOOST_TEST((read.store_type == defaults.store_type));
  BOOST_TEST(read.identity.subject == defaults.identity.subject);
  BOOST_TEST((read.identity.headers == defaults.identity.headers));
  BOOST_TEST((read.rules.empty() && defaults.rules.empty()));
  BOOST_TEST((read.redirect_hosts == defaults.redirect_hosts));
  BOOST_TEST((read.format == defaults.format));
  BOOST_TEST((read.accept.empty() && defaults.accept.empty()));
  const auto& express = express_of(read);
  const auto& express_defaults = express_of(defaults);
  BOOST_TEST((express.secrets.empty() && express_defaults.secrets.empty()));
  BOOST_TEST(express.prefix == express_defaults.prefix);
  BOOST_TEST((express.ttl == express_defaults.ttl));
  BOOST_TEST(express.cookie_name == express_defaults.cookie_name);
  BOOST_TEST(session_store_of(read).salt.reveal() == session_store_of(defaults).salt.reveal());
  BOOST_TEST(session_store_of(read).cookie_name == session_store_of(defaults).cookie_name);
  BOOST_TEST((read.log.level == defaults.log.level));
  BOOST_TEST((read.log.format == defaults.log.format));
  BOOST_TEST((read.log.audit.target == defaults.log.audit.target));
}

BOOST_AUTO_TEST_CASE(the_redis_store_in_the_reference_is_the_default_too) {
  const auto loaded = load_file(kReference);
  BOOST_REQUIRE(loaded.has_value());
  const RedisStoreOptions& read = loaded->redis;
  const RedisStoreOptions defaults;
  BOOST_TEST((read.addresses == defaults.addresses));
  BOOST_TEST((read.topology == defaults.topology));
  BOOST_TEST(read.master_name == defaults.master_name);
  BOOST_TEST(read.database == defaults.database);
  BOOST_TEST(read.user == defaults.user);
  BOOST_TEST((!read.password && !defaults.password));
  BOOST_TEST(read.sentinel_user == defaults.sentinel_user);
  BOOST_TEST((!read.sentinel_password && !defaults.sentinel_password));
  BOOST_TEST((read.tls == defaults.tls));
  BOOST_TEST(read.prefix == defaults.prefix);
  BOOST_TEST((read.deadline == defaults.deadline));
  BOOST_TEST((read.connect_deadline == defaults.connect_deadline));
  BOOST_TEST(read.expendable_bytes == defaults.expendable_bytes);
  BOOST_TEST((read.near_cache == defaults.near_cache));
}

BOOST_AUTO_TEST_CASE(every_key_that_the_reader_knows_is_in_the_reference) {
  const auto known = known_keys();
  BOOST_REQUIRE(known.size() > 40u);
  const auto mentioned = mentioned_keys();
  for (const std::string& key : known) {
    const bool found =
        std::any_of(mentioned.begin(), mentioned.end(), [&](const auto& m) { return is_a(m, key); });
    BOOST_TEST(found, "conf/gateway.yaml does not mention " << key);
  }
}

BOOST_AUTO_TEST_CASE(every_key_in_the_reference_is_one_that_the_reader_knows) {
  const auto known = known_keys();
  for (const std::string& key : mentioned_keys()) {
    const bool found = std::any_of(known.begin(), known.end(), [&](const auto& k) { return is_a(key, k); });
    BOOST_TEST(found, "conf/gateway.yaml has " << key << ", which the reader does not know");
  }
}

BOOST_AUTO_TEST_CASE(the_examples_in_the_reference_load_when_they_are_activated) {
  std::string pattern = (std::filesystem::temp_directory_path() / "reference-XXXXXX").string();
  BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  const Path directory = pattern;
  write_private(directory / "nginx.secret", "abcdefghijklmnopqrstuvwxyz0123456789\n");
  write_private(directory / "salt.key", "pepper\n");
  write_private(directory / "k1.key", std::string("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH") + "\n");
  write_private(directory / "redis.password", "open sesame\n");
  write_private(directory / "express.secret", "keyboard cat\n");
  write_private(directory / "session-store.salt", "old salt\n");
  const auto loaded =
      load_text((directory / "gateway.yaml").string(), with_examples(Examples::that_go_together));
  std::filesystem::remove_all(directory);
  if (!loaded) {
    for (const Problem& problem : loaded.error()) BOOST_ERROR(render("gateway.yaml", problem));
  } else {
    BOOST_TEST(loaded->listen.size() == 3u);
    BOOST_TEST((protocol_of(loaded->listen.at(2)) == Protocol::http));
    BOOST_TEST(loaded->checks.size() == 2u);
    BOOST_TEST(loaded->views.size() == 1u);
    BOOST_TEST(loaded->listen_secrets.at(0).size() == 1u);
    BOOST_TEST(loaded->keys.size() == 1u);
    BOOST_TEST(loaded->rules.size() == 4u);
    BOOST_TEST(loaded->session.lifetimes.size() == 1u);
    BOOST_TEST((loaded->redis.password && loaded->redis.password().reveal() == "open sesame"));
    const MemoryFile defaults;
    BOOST_TEST(loaded->has_memory_file());
    BOOST_TEST((loaded->memory_file.durability == defaults.durability));
    BOOST_TEST((loaded->memory_file.on_disk_error == defaults.on_disk_error));
    BOOST_TEST(loaded->redirect_hosts.allows({"a.example.org", 0}, 443));
    BOOST_TEST(loaded->accept.size() == 2u);
    BOOST_TEST(express_of(*loaded).secrets.at(0).reveal() == "keyboard cat");
    BOOST_TEST(session_store_of(*loaded).salt.reveal() == "old salt");
    BOOST_REQUIRE(loaded->warnings.size() == 2u);
    BOOST_TEST(loaded->warnings[0].find(": accept: the cookies of session-store are not signed") !=
               std::string::npos);
    BOOST_TEST(loaded->warnings[1].find(": accept: with store.type memory") != std::string::npos);
  }
}
