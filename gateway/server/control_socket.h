#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace session::gateway {

// The socket by which `session-gateway reload --wait` asks a running gateway to reload. It is a Unix stream
// socket in the abstract namespace (unix(7)), so it needs no folder that the gateway could write to, and ends
// with the process. Its name is session-gateway/<process id>/<random text>: the random text keeps other users
// from taking the name first, and the process id leads to it.
//
// The client sends kReloadRequest. The gateway answers, after the reload, with kReloaded or kReloadFailed and
// the number of the generation in use, and then what its log says of the reload, a line each; then it closes.
// It answers only root, and the user that it runs as.
inline constexpr std::string_view kReloadRequest = "reload\n";
inline constexpr std::string_view kReloaded = "reloaded ";
inline constexpr std::string_view kReloadFailed = "failed ";

// A new name for this process, without the zero byte in front.
[[nodiscard]] std::string new_control_name();

// A control socket that some process has open.
struct ControlName {
  std::string name;  // as new_control_name() makes it
  pid_t pid = 0;     // as the name has it: any process can choose a name
};

// Returns the control sockets that a table of Unix sockets lists (/proc/self/net/unix: those of this network
// namespace).
[[nodiscard]] std::vector<ControlName> control_names_in(std::string_view table);

}  // namespace session::gateway
