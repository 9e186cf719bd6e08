#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "gateway/config/redirect_hosts.h"

namespace session::gateway {

// Decides where a commit may send the browser. Takes a URI reference (RFC 3986) and returns it as the value
// of a Location header: spaces and all bytes beyond ASCII are percent-encoded, everything else stays.
//
// Allowed are references of the site itself (`/home`, `next`, `?page=2`, `#top`), and http and https
// addresses of the hosts in `hosts`. What browsers read in another way than it looks is refused: they take a
// backslash for a slash, drop tabs and line breaks, and take `https:evil.example` and `///evil.example` for
// other hosts (https://url.spec.whatwg.org). The problem is a sentence for the operator, which may quote the
// host; it is printable.
//
// Pure. REQUIRES: the text is not empty and has no white space at its ends.
[[nodiscard]] Result<std::string, InputProblem> redirect_target(std::string_view location,
                                                                const RedirectHosts& hosts);

}  // namespace session::gateway
