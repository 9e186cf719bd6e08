#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/json/json.h"
#include "core/session/action_texts.h"

namespace session {

// The changes that a request asks for in its session. Every carrier (body, headers, nginx params) has the
// same actions.
struct Actions {
  Json set = Json::object();       // merged into the attributes, key by key (shallow)
  std::vector<std::string> unset;  // attributes to remove; a missing one is no error
  bool destroy = false;
  bool regenerate = false;  // a new id for the same attributes
  // Session::set_lifetime; nullopt: it stays.
  std::optional<std::string> lifetime = {};
  bool flush = false;  // answer after the store has confirmed the write, whatever session.flush is

  // Whether the actions change the session. `flush` alone changes nothing.
  [[nodiscard]] bool any() const {
    return !set.empty() || !unset.empty() || destroy || regenerate || lifetime;
  }
};

// Parses {"set":{...},"unset":["k"],"destroy":true,"regenerate":true,"lifetime":"name","flush":true}. Every
// member is optional, and any other member is a problem. An empty or blank text has no actions.
[[nodiscard]] Result<Actions, InputProblem> parse_actions(std::string_view body);
[[nodiscard]] Result<Actions, InputProblem> parse_actions(const ActionTexts& texts);

// Returns the actions of both. If both set a key, or name a lifetime, the value of `second` counts.
[[nodiscard]] Actions merged(Actions first, Actions second);

// Returns why these actions can't be combined; empty if they can. `destroy` can't be combined with `set`,
// `unset`, `regenerate` or `lifetime`, and no key may be both set and unset, because the intended result
// would be ambiguous.
[[nodiscard]] std::string contradiction(const Actions& actions);

}  // namespace session
