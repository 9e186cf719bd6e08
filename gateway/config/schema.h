#pragma once

#include "core/json/json.h"
#include "gateway/config/format_registry.h"

namespace session::gateway {

// The JSON Schema (draft 7) of a configuration file, for editors: every key that a file can have, and what
// its value looks like. From the code that reads them, which describes itself, so it can't be out of date;
// the comments of conf/gateway.yaml explain the keys. Throws std::logic_error if the reader of a key does not
// say what its value looks like.
[[nodiscard]] Json configuration_schema(const FormatRegistry& formats = FormatRegistry::built_in());

}  // namespace session::gateway
