#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/config/problem.h"
#include "gateway/config/yaml.h"

namespace session::gateway {

// Variables of an environment, by name.
using Environment = std::vector<std::pair<std::string, std::string>>;

// Those of this process whose names begin with SESSION_GATEWAY_. Not while another thread changes them.
[[nodiscard]] Environment process_environment();

// A setting that a variable stands for: what it says counts, and not what the file says.
struct Override {
  std::string variable;
  std::string key;  // dotted, of the setting
};

// The names of the variables that settings can come from, in the order of the manual page.
[[nodiscard]] std::vector<std::string_view> override_names();

struct AppliedOverrides {
  std::vector<Override> overrides;
  Problems problems;
};

enum class OverrideScope { all, listeners };

// Puts what the variables say into the document of a configuration, as if it stood there (with line 0).
// Whatever reads the document checks it. A problem: a variable that begins with SESSION_GATEWAY_ and means
// nothing, is empty, or does not go with what the document has. Never quotes a value. Leaves alone the
// variables with which Kubernetes tells every container of a service whose name begins with session-gateway.
// With `listeners`, only variables about these count, and no others are a problem.
[[nodiscard]] AppliedOverrides apply_environment(const Environment& environment, YamlNode& document,
                                                 OverrideScope scope = OverrideScope::all);

// Gives problems with settings that variables stand for the names of these variables instead of their keys.
void name_variables(Problems& problems, const std::vector<Override>& overrides);
[[nodiscard]] std::string variable_or_key(const std::string& key, const std::vector<Override>& overrides);

// What the variables set, a line each, for the operator: "SESSION_GATEWAY_SALT_FILE sets salt".
[[nodiscard]] std::vector<std::string> set_by(const Environment& environment);

}  // namespace session::gateway
