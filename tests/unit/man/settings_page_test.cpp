#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/config/load.h"
#include "gateway/config/yaml.h"
#include "tests/support/places.h"

using namespace session;
using namespace session::gateway;

namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(session::test::source_root() + path);
  std::ostringstream text;
  text << file.rdbuf();
  BOOST_REQUIRE_MESSAGE(!text.str().empty(), path << " is missing or empty");
  return text.str();
}

// The settings on the page, each with the default in its parentheses; nullopt where it has none.
using Documented = std::map<std::string, std::optional<std::string>>;

// Of a line such as ".It Ic limits.connections Pq Li 10000"; "Pq empty" is the empty text.
std::optional<std::string> default_in(const std::string& rest) {
  constexpr std::string_view kDefault = " Pq Li ";
  if (rest == " Pq empty") return "";
  if (rest.starts_with(kDefault)) return rest.substr(kDefault.size());
  BOOST_TEST(rest == "", "man/session-gateway.yaml.5 has an item that ends in neither form: " << rest);
  return std::nullopt;
}

Documented documented() {
  constexpr std::string_view kItem = ".It Ic ";
  std::istringstream lines(text_of("/man/session-gateway.yaml.5"));
  Documented settings;
  std::string line;
  while (std::getline(lines, line)) {
    if (!line.starts_with(kItem)) continue;
    const std::string item = line.substr(kItem.size());
    const std::string key = item.substr(0, item.find(' '));
    BOOST_TEST(settings.emplace(key, default_in(item.substr(key.size()))).second,
               "man/session-gateway.yaml.5 has " << key << " twice");
  }
  BOOST_REQUIRE(settings.size() > 40u);
  return settings;
}

// What holds values, as far as the reader says so: sections are not settings.
std::set<std::string> settings_known() {
  const auto known = known_keys();
  std::set<std::string> settings(known.begin(), known.end());
  BOOST_REQUIRE(settings.size() > 40u);
  std::erase_if(settings, [&](const std::string& key) {
    return std::any_of(known.begin(), known.end(), [&](const std::string& other) {
      return other.starts_with(key + ".") || other.starts_with(key + "[");
    });
  });
  return settings;
}

// The scalars of conf/gateway.yaml, which are all defaults; examples are comments and don't count.
void collect_defaults(const YamlNode& node, const std::string& key, std::map<std::string, std::string>& to) {
  if (node.kind == YamlNode::Kind::scalar) to[key] = node.text;
  for (const YamlNode& item : node.items) collect_defaults(item, key + "[]", to);
  for (const YamlEntry& entry : node.entries) {
    collect_defaults(entry.value, key.empty() ? entry.name : key + "." + entry.name, to);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_setting_that_the_reader_knows_has_an_item_on_the_page) {
  const Documented page = documented();
  for (const std::string& key : settings_known()) {
    // The reader knows a list of plain values by its own name.
    BOOST_TEST((page.contains(key) || page.contains(key + "[]")),
               "man/session-gateway.yaml.5 does not have " << key);
  }
}

BOOST_AUTO_TEST_CASE(every_item_on_the_page_is_a_setting_that_the_reader_knows) {
  const std::set<std::string> known = settings_known();
  for (const auto& [key, value] : documented()) {
    const bool list = key.ends_with("[]");
    BOOST_TEST(known.contains(list ? key.substr(0, key.size() - 2) : key),
               "man/session-gateway.yaml.5 has " << key << ", which the reader does not know");
  }
}

BOOST_AUTO_TEST_CASE(the_defaults_on_the_page_are_those_of_the_reference) {
  const auto reference = parse_yaml(text_of("/conf/gateway.yaml"));
  BOOST_REQUIRE(reference.has_value());
  std::map<std::string, std::string> defaults;
  collect_defaults(*reference, {}, defaults);
  BOOST_REQUIRE(defaults.size() > 20u);
  for (const auto& [key, value] : documented()) {
    const auto found = defaults.find(key);
    if (found == defaults.end()) {
      BOOST_TEST(!value, key << " has a default on the page and none in conf/gateway.yaml");
    } else {
      BOOST_TEST(value.value_or("none") == found->second, key << ": the default on the page differs");
    }
  }
}
