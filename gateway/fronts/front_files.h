#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "gateway/config/settings.h"
#include "gateway/fronts/front.h"
#include "gateway/nginx/snippets/snippets.h"

namespace session::gateway {

// The configuration of a front for this configuration of the gateway: its identity headers, its checks and
// views, and the first listener that the front can ask. With a secret there, one file more has it, and the
// others read it from `directory`, an absolute path; without a directory, from where the front has its files.
// The error is a text for the operator: what the front can't say, or the lines of YAML that are missing.
[[nodiscard]] Result<std::vector<Snippet>, std::string> front_files(const Front& front,
                                                                    const Settings& settings,
                                                                    const std::string& directory = {});

// Every spelling of a header's name with - and _, which are the same to CGI: the name itself is the first.
[[nodiscard]] std::vector<std::string> header_spellings(std::string_view name);

}  // namespace session::gateway
