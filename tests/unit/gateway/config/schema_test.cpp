#include "gateway/config/schema.h"

#include <sstream>
#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/config/load.h"
#include "gateway/config/reference.h"
#include "gateway/config/sections.h"
#include "gateway/config/values.h"

using namespace session;
using namespace session::gateway;

// What a real validator makes of the schema is the business of tests/checks/config_schema.

namespace {

// The schema of what can stand behind a schema's value: the map itself, if it is one of several options.
const Json& map_in(const Json& schema) {
  const auto options = schema.find("anyOf");
  return options == schema.end() ? schema : options->front();
}

// The schema of a dotted key, part by part; nullptr: there is none.
const Json* schema_of(const Json& whole, const std::string& key) {
  const Json* at = &whole;
  std::istringstream parts(key);
  for (std::string part; std::getline(parts, part, '.');) {
    const bool items = part.ends_with("[]");
    if (items) part.resize(part.size() - 2);
    const Json& map = map_in(*at);
    const auto names = map.find("properties");
    if (part == "*") {
      at = map.contains("additionalProperties") ? &map["additionalProperties"] : nullptr;
    } else {
      at = names != map.end() && names->contains(part) ? &(*names)[part] : nullptr;
    }
    if (at != nullptr && items) at = at->contains("items") ? &(*at)["items"] : nullptr;
    if (at == nullptr || !at->is_object()) return nullptr;
  }
  return at;
}

// The same without what explains it.
Json value_schema(const Json& whole, const std::string& key) {
  Json schema = *schema_of(whole, key);
  schema.erase("description");
  return schema;
}

// A registry with a format of its own, whose section is read so.
FormatRegistry with_format(void (*read)(Section&, FormatSettings&)) {
  FormatRow row;
  row.name = "own";
  row.section = "own_format";
  row.foreign = true;
  row.read = read;
  return FormatRegistry({native_row(), std::move(row)});
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_key_that_the_reader_knows_is_in_the_schema) {
  const Json schema = configuration_schema();
  const auto known = known_keys();
  BOOST_REQUIRE(known.size() > 40u);
  for (const std::string& key : known) {
    const Json* found = schema_of(schema, key);
    BOOST_TEST(found != nullptr, "the schema does not have " << key);
    BOOST_TEST((found == nullptr || !found->empty()), "the schema takes anything for " << key);
  }
}

BOOST_AUTO_TEST_CASE(the_schema_says_what_the_reader_says_of_a_value) {
  const Json schema = configuration_schema();
  BOOST_TEST(value_schema(schema, "limits.connections") ==
             Json({{"type", "integer"}, {"minimum", 1}, {"maximum", 1000000}}));
  BOOST_TEST(value_schema(schema, "cookie.same_site") == Json({{"enum", {"strict", "lax", "none"}}}));
  BOOST_TEST(value_schema(schema, "cookie.secure") == Json({{"enum", {true, false}}}));
  BOOST_TEST((*schema_of(schema, "workers"))["anyOf"][0] == Json({{"const", "auto"}}));
  BOOST_TEST((*schema_of(schema, "keys[]"))["required"] == Json({"id"}));
}

BOOST_AUTO_TEST_CASE(the_schema_explains_settings_in_the_words_of_the_reference) {
  const Json schema = configuration_schema();
  const auto said = [&](const std::string& key) {
    return (*schema_of(schema, key)).value("description", "");
  };
  BOOST_TEST(said("workers") ==
             "Worker threads, 1 to 256. auto: one per core. Set a number if the gateway shares its machine.");
  BOOST_TEST(said("listen[].unix") == "absolute, at most 107 bytes");
  BOOST_TEST(said("cookie.same_site").starts_with("strict, lax or none: "));
  BOOST_TEST(said("store.redis.tls.ca_file") != "");
  BOOST_TEST(said("keys").starts_with("The first key signs, all verify."));
}

BOOST_AUTO_TEST_CASE(a_comment_belongs_to_the_key_right_below_it) {
  const KeyComments comments = key_comments(
      "# The file.\n\n# One\n# of two lines.\none:\n  # Inner.\n  inner: 1  # behind\n  #example: 2\n"
      "two:\n  - first: a\n    # Second.\n    #second: b\n# Three.\n#three:\n  #in_three: x  # deep\n");
  const KeyComments expected = {{"one", "One of two lines."},
                                {"one.inner", "Inner. behind"},
                                {"two[].second", "Second."},
                                {"three", "Three."},
                                {"three.in_three", "deep"}};
  BOOST_TEST((comments == expected));
}

BOOST_AUTO_TEST_CASE(a_new_format_is_in_the_schema_by_itself) {
  const auto registry = with_format(
      [](Section& section, FormatSettings& to) { read_cookie_name(section["cookie_name"], to.cookie_name); });
  const Json schema = configuration_schema(registry);
  BOOST_TEST(schema_of(schema, "own_format.cookie_name") != nullptr);
  BOOST_TEST(value_schema(schema, "accept[]") == Json({{"enum", {"own"}}}));
  BOOST_TEST(schema_of(schema, "express") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_reader_that_does_not_describe_a_value_is_found) {
  const auto registry =
      with_format([](Section& section, FormatSettings&) { (void)section["undescribed"].text("some text"); });
  const auto names_the_key = [](const std::logic_error& error) {
    return std::string(error.what()) == "the reader does not describe own_format.undescribed";
  };
  BOOST_CHECK_EXCEPTION((void)configuration_schema(registry), std::logic_error, names_the_key);
}
