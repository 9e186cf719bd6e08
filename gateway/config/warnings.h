#pragma once

#include "gateway/config/reader.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// Warns about settings that are valid but risky, in a configuration without problems. Warnings that concern
// one section only are in that section's reader.
void add_warnings(Section& top, const Settings& settings);

}  // namespace session::gateway
