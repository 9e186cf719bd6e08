#pragma once

#include <span>
#include <string_view>

namespace session::gateway {

// The statuses with which an application has answered, as the front gives them (FrontActions::statuses). Each
// text is in the form of nginx's $upstream_status: one status, or several with "," between attempts and ":"
// between locations, of which the last one is that of the answer.
//
// Returns 0 if every answer was a 2xx or 3xx, or if the front gave no status. Otherwise returns the first
// status that was none: 400 to 599, or 502 for a text that has no such status. Pure.
[[nodiscard]] int failed_status(std::span<const std::string_view> statuses);

}  // namespace session::gateway
