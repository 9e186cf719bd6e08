#include "gateway/config/schema.h"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/load.h"
#include "gateway/config/reference.h"
#include "gateway/config/shapes.h"

namespace session::gateway {
namespace {

class SchemaBuilder {
 public:
  SchemaBuilder(const Description& described, const KeyComments& comments)
      : described_(described), comments_(comments) {}

  // The schema of the value of a dotted key; "" is the whole file.
  [[nodiscard]] Json value_of(const std::string& key) const {
    const std::vector<std::string> names = names_below(key);
    Json schema = Json::object();
    if (!names.empty()) {
      schema = map_of(key, names);
    } else if (is_list(key)) {
      schema = {{"type", "array"}, {"items", value_of(key + "[]")}};
    }
    const auto shape = described_.shapes.find(key);
    if (shape != described_.shapes.end()) schema.update(shape->second);
    if (schema.empty()) throw std::logic_error("the reader does not describe " + key);
    schema = or_list(std::move(schema));
    const auto comment = comments_.find(key);
    if (comment != comments_.end()) schema["description"] = comment->second;
    return schema;
  }

 private:
  // The names of the map that is the value of the key.
  [[nodiscard]] std::vector<std::string> names_below(const std::string& key) const {
    const std::string prefix = key.empty() ? "" : key + ".";
    std::vector<std::string> names;
    for (const std::string& known : described_.keys) {
      if (!known.starts_with(prefix)) continue;
      const std::string name = known.substr(prefix.size());
      if (name.find_first_of(".[") == std::string::npos) names.push_back(name);
    }
    return names;
  }

  [[nodiscard]] bool is_list(const std::string& key) const {
    const std::string item = key + "[]";
    const auto below = described_.shapes.lower_bound(item);
    return (below != described_.shapes.end() && below->first.starts_with(item)) || !names_below(item).empty();
  }

  // A heading whose lines are all comments is null.
  [[nodiscard]] Json map_of(const std::string& key, const std::vector<std::string>& names) const {
    Json schema = {{"type", {"object", "null"}}, {"additionalProperties", false}};
    for (const std::string& name : names) {
      Json value = value_of(key.empty() ? name : key + "." + name);
      if (name == "*") {
        schema["additionalProperties"] = std::move(value);
      } else {
        schema["properties"][name] = std::move(value);
      }
    }
    return schema;
  }

  [[nodiscard]] static Json or_list(Json schema) {
    const auto most = schema.find(kOrListOfAtMost);
    if (most == schema.end()) return schema;
    const Json max = *most;
    schema.erase(most);
    Json list = {{"type", "array"}, {"items", schema}, {"minItems", 1}, {"maxItems", max}};
    return any_shape(std::move(schema), std::move(list));
  }

  const Description& described_;
  const KeyComments& comments_;
};

}  // namespace

Json configuration_schema(const FormatRegistry& formats) {
  const Description described = describe_reader(formats);
  const KeyComments comments = key_comments(reference_text());
  Json schema = SchemaBuilder(described, comments).value_of("");
  schema["$schema"] = "http://json-schema.org/draft-07/schema#";
  schema["title"] = "The configuration of session-gateway";
  return schema;
}

}  // namespace session::gateway
