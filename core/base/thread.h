#pragma once

#include <functional>
#include <string>
#include <thread>

namespace session {

// Starts a thread with that name (of at most 15 characters, for ps and gdb). It never receives the signals
// that stop or reload the process (SIGTERM, SIGINT, SIGHUP): they belong to the thread that waits for them,
// and one that reached a thread in a long call would be served late. Throws std::system_error if the thread
// can't be started. Thread-safe.
[[nodiscard]] std::thread start_thread(const std::string& name, std::function<void()> body);

}  // namespace session
