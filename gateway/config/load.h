#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/json/json.h"
#include "gateway/config/problem.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// The settings of a configuration file, or all of its problems, in line order.
using Loaded = Result<Settings, Problems>;

// Reads the settings from a YAML file, or from its text. Absent settings keep their defaults, and an empty
// file means all defaults; a missing file is a problem. Also reads the files with secrets that the file
// names; relative paths start at the directory of `path` (of `name`). Never throws. Thread-safe.
[[nodiscard]] Loaded load_file(const std::string& path);
[[nodiscard]] Loaded load_text(const std::string& name, std::string_view text,
                               const FormatRegistry& formats = FormatRegistry::built_in());

// Reads only where the gateway listens, with the secrets of these places, as a client needs it: nothing else
// of the file is looked at, or reported. Otherwise like load_file.
[[nodiscard]] Loaded load_listen(const std::string& path);

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
