#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/clock.h"
#include "core/json/json.h"
#include "core/json/json_path.h"

namespace session {

// One condition on the value that a JSON pointer names in the attributes.
struct Condition {
  enum class Op {
    equals,    // the value is `operand`
    one_of,    // the value is a member of `operand`, an array
    contains,  // the value is an array that has `operand` as a member
    exists,    // operand true: there is a value that is not null; false: there is none
  };
  std::string pointer;
  Op op = Op::exists;
  Json operand = true;
};

// A named rule. A session satisfies it if all of its conditions hold, and its user has logged in lately
// enough.
struct Rule {
  std::string name;
  std::vector<Condition> conditions;
  // How long ago the login may be (LoginFacts::authenticated); nullopt: any time. It needs a subject.
  std::optional<seconds> authenticated_within = {};
  // Whoever checks it asks the store each time, and no copy. That is no condition on the session.
  bool fresh_only = false;
};

// The input of rules. Calls `attributes` only if a rule reads them, because decoding them costs time.
struct RuleInput {
  bool has_subject = false;
  std::function<const Json&()> attributes;
  std::optional<seconds> authenticated = {};  // LoginFacts::authenticated
  const Clock& clock = system_clock();
};

// The rules of a configuration. Immutable: all threads share one.
class RuleSet {
 public:
  // REQUIRES: valid JSON pointers, names all different.
  explicit RuleSet(std::vector<Rule> rules);

  // The first required rule that a session does not satisfy, and why.
  struct Decision {
    std::string_view unmet = {};  // points into `required`; empty if all hold
    bool unknown = false;         // unmet because no rule has this name
    bool login = false;           // unmet because the session has no subject
    bool stale = false;           // unmet because the login is too long ago, or not known: another one helps
  };
  // Checks the required rules (names separated by commas, spaces allowed) in order. An unknown name is never
  // satisfied, because a misspelled rule must not grant access. `login`, unless a rule has that name, is
  // satisfied by a session that has a subject. `stale` comes last of a rule's conditions: whoever fails
  // another one gains nothing by logging in again.
  [[nodiscard]] Decision check(std::string_view required, const RuleInput& input) const;
  // Whether one of the required rules is `fresh_only`.
  [[nodiscard]] bool want_fresh(std::string_view required) const;

 private:
  struct Compiled {
    std::size_t path;  // in paths_
    Condition::Op op;
    Json operand;
  };
  struct Entry {
    std::vector<Compiled> conditions;
    std::optional<seconds> authenticated_within;
  };
  class Values;
  [[nodiscard]] static std::optional<Decision> check_one(const Entry& rule, const RuleInput& input,
                                                         Values& values);
  [[nodiscard]] std::size_t path_of(const std::string& pointer, std::map<std::string, std::size_t>& known);
  // FNV-1a, of a name that is a view, too. Names are the operator's: nobody chooses them to collide.
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the library's name
    std::size_t operator()(std::string_view name) const noexcept {
      std::uint64_t hash = 0xcbf29ce484222325U;
      for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
      return static_cast<std::size_t>(hash);
    }
  };
  std::vector<JsonPath> paths_;                                          // of all conditions, each once
  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> rules_;  // by name
  std::vector<std::string> fresh_only_;                                  // the names of rules
};

}  // namespace session
