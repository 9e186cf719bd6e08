#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/json/json.h"
#include "core/session/action_texts.h"

namespace session {

// What a request wants done to its session: one vocabulary in every carrier (body, headers, nginx params).
struct Actions {
  Json set = Json::object();       // merged into the attributes, key by key (shallow)
  std::vector<std::string> unset;  // attributes to remove; those that are not there don't matter
  bool destroy = false;
  bool regenerate = false;  // a new id for the same attributes
  bool flush = false;       // answer only when the store has it, whatever session.flush says

  // Whether anything about the session is to change.
  [[nodiscard]] bool any() const { return !set.empty() || !unset.empty() || destroy || regenerate; }
};

// {"set":{...},"unset":["k"],"destroy":true,"regenerate":true,"flush":true}: all members optional, no others.
// Empty or blank text: no actions.
[[nodiscard]] Result<Actions, InputProblem> parse_actions(std::string_view body);
[[nodiscard]] Result<Actions, InputProblem> parse_actions(const ActionTexts& texts);

// Both together; a key that both set has the second's value.
[[nodiscard]] Actions merged(Actions first, Actions second);

// What is wrong with doing all of these at once; empty if nothing is. Destroying goes with nothing else, and
// no key is both set and unset: there would be no telling which was meant.
[[nodiscard]] std::string contradiction(const Actions& actions);

}  // namespace session
