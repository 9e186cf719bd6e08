#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/json/json.h"
#include "gateway/config/environment.h"
#include "gateway/config/problem.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// The settings of a configuration file, or all of its problems, in line order.
using Loaded = Result<Settings, Problems>;

// Reads the settings from a YAML file, or from its text. Absent settings keep their defaults, and an empty
// file means all defaults; a missing file is a problem. Also reads the files with secrets that the file
// names; relative paths start at the directory of `path` (of `name`). Never throws. Thread-safe.
//
// From a file, or from none, which is like an empty one, it takes what the environment of the process says
// in place of the file (gateway/config/environment.h); a text takes what the caller's says.
[[nodiscard]] Loaded load_file(const std::optional<std::string>& path);
[[nodiscard]] Loaded load_text(const std::string& name, std::string_view text,
                               const FormatRegistry& formats = FormatRegistry::built_in());
[[nodiscard]] Loaded load_text(const std::string& name, std::string_view text,
                               const Environment& environment);

// How problems name a configuration that is in no file.
inline constexpr const char* kNoFile = "environment";

// Reads only where the gateway listens, with the secrets of these places, as a client needs it: nothing else
// of the file is looked at, or reported. Otherwise like load_file.
[[nodiscard]] Loaded load_listen(const std::optional<std::string>& path);

// Every key that a file can have, dotted: "limits", "limits.connections", "listen[].unix",
// "rules.*.*.equals", where
// [] is any item of a list and * any name. From the code that reads them, so it misses none.
[[nodiscard]] std::vector<std::string> known_keys();

// The same with what the values look like, as JSON Schema, by these keys; those of items have the key of the
// list with [] behind it.
struct Description {
  std::vector<std::string> keys;
  std::map<std::string, Json, std::less<>> shapes;
};
[[nodiscard]] Description describe_reader(const FormatRegistry& formats = FormatRegistry::built_in());

}  // namespace session::gateway
