#include "core/session/actions.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/base/text.h"

namespace session {
namespace {

using Problem = std::string;  // empty: none

Problem read_flag(const Json& value, const char* name, bool& flag) {
  if (!value.is_boolean()) return std::string(name) + " is true or false";
  flag = value.get<bool>();
  return {};
}

Problem read_set(const Json& value, Actions& actions) {
  if (!value.is_object()) return "set is a JSON object";
  actions.set.update(value);
  return {};
}

Problem read_unset(const Json& value, Actions& actions) {
  const bool strings = value.is_array() && std::all_of(value.begin(), value.end(),
                                                       [](const Json& key) { return key.is_string(); });
  if (!strings) return "unset is an array of strings";
  for (const Json& key : value) actions.unset.push_back(key.get<std::string>());
  return {};
}

Problem read_lifetime(const Json& value, Actions& actions) {
  if (!value.is_string() || value.get_ref<const std::string&>().empty())
    return "lifetime is the name of a lifetime";
  actions.lifetime = value.get<std::string>();
  return {};
}

Problem read_member(const std::string& name, const Json& value, Actions& actions) {
  if (name == "set") return read_set(value, actions);
  if (name == "unset") return read_unset(value, actions);
  if (name == "destroy") return read_flag(value, "destroy", actions.destroy);
  if (name == "regenerate") return read_flag(value, "regenerate", actions.regenerate);
  if (name == "lifetime") return read_lifetime(value, actions);
  if (name == "flush") return read_flag(value, "flush", actions.flush);
  return "actions are set, unset, destroy, regenerate, lifetime and flush, and nothing else";
}

Problem read_set_text(std::string_view text, Actions& actions) {
  const std::string_view trimmed_text = trimmed(text);
  if (trimmed_text.empty()) return {};
  if (trimmed_text.front() == '{') {
    auto object = parse_json(trimmed_text);
    return object ? read_set(*object, actions) : "set: " + object.error().text;
  }
  const auto equals = trimmed_text.find('=');
  const bool marked = trimmed_text.starts_with("\xEF\xBB\xBF");  // JSON behind a byte order mark is no name
  if (equals == 0 || equals == std::string_view::npos || marked) return "set is a JSON object or key=value";
  const std::string_view value = trimmed_text.substr(equals + 1);
  // Header bytes have not been validated before. The JSON check decides whether they are UTF-8.
  Json pair = Json::object({{std::string(trimmed_text.substr(0, equals)), std::string(value)}});
  const auto checked = parse_json(pair.dump(-1, ' ', false, Json::error_handler_t::ignore));
  if (!checked || *checked != pair) return "set: not UTF-8";
  return read_set(pair, actions);
}

Problem read_unset_text(std::string_view list, Actions& actions) {
  while (!list.empty()) {
    const std::string_view key = take_item(list, ',');
    if (!key.empty()) actions.unset.emplace_back(key);
  }
  return {};
}

Problem read_flag_text(std::string_view text, const char* name, bool& flag) {
  const std::string_view word = trimmed(text);
  if (word != "true" && word != "false" && !word.empty()) return std::string(name) + " is true or false";
  flag = flag || word == "true";
  return {};
}

Problem read_lifetime_text(std::string_view text, Actions& actions) {
  const std::string_view name = trimmed(text);
  if (name.empty()) return {};
  if (actions.lifetime && *actions.lifetime != name) return "lifetime is one name";
  actions.lifetime = std::string(name);
  return {};
}

// Reads each text and returns the first problem.
template <class Read>
Problem each(const std::vector<std::string_view>& texts, Read read) {
  for (const std::string_view text : texts) {
    if (Problem problem = read(text); !problem.empty()) return problem;
  }
  return {};
}

}  // namespace

Result<Actions, InputProblem> parse_actions(std::string_view body) {
  Actions actions;
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return actions;
  JsonLimits limits;
  limits.depth += 1;  // the object around "set"
  const auto parsed = parse_json(body, limits);
  if (!parsed) return parsed.error();
  if (!parsed->is_object()) return InputProblem("actions are a JSON object");
  for (const auto& [name, value] : parsed->items()) {
    if (Problem problem = read_member(name, value, actions); !problem.empty()) return InputProblem(problem);
  }
  return actions;
}

Result<Actions, InputProblem> parse_actions(const ActionTexts& texts) {
  Actions a;
  const std::array<Problem, 6> problems = {
      each(texts.set, [&](std::string_view t) { return read_set_text(t, a); }),
      each(texts.unset, [&](std::string_view t) { return read_unset_text(t, a); }),
      each(texts.destroy, [&](std::string_view t) { return read_flag_text(t, "destroy", a.destroy); }),
      each(texts.regenerate,
           [&](std::string_view t) { return read_flag_text(t, "regenerate", a.regenerate); }),
      each(texts.lifetime, [&](std::string_view t) { return read_lifetime_text(t, a); }),
      each(texts.flush, [&](std::string_view t) { return read_flag_text(t, "flush", a.flush); }),
  };
  for (const Problem& problem : problems) {
    if (!problem.empty()) return InputProblem(problem);
  }
  return a;
}

Actions merged(Actions first, Actions second) {
  first.set.update(second.set);
  first.unset.insert(first.unset.end(), second.unset.begin(), second.unset.end());
  first.destroy |= second.destroy;
  first.regenerate |= second.regenerate;
  if (second.lifetime) first.lifetime = std::move(second.lifetime);
  first.flush |= second.flush;
  return first;
}

std::string contradiction(const Actions& actions) {
  const bool others =
      !actions.set.empty() || !actions.unset.empty() || actions.regenerate || actions.lifetime;
  if (actions.destroy && others) {
    return "destroy goes with no other action";
  }
  for (const std::string& key : actions.unset) {
    if (actions.set.contains(key)) return "a key is both set and unset";
  }
  return {};
}

}  // namespace session
