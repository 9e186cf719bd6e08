#pragma once

#include "gateway/config/reader.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// Warns of what is allowed and all the same risky, in a configuration without problems. What only one section
// knows of is warned of there.
void add_warnings(Section& top, const Settings& settings);

}  // namespace session::gateway
