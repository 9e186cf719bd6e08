#pragma once

#include <string>
#include <string_view>

#include "core/store/redis/connection/options.h"

// Blocking sockets, for proxies and for servers that tests put in place of real ones.
namespace session::test {

enum class Wire { unix_socket, tcp };

// An address to listen on: in the directory, or on 127.0.0.1 at a port that the system is to find.
[[nodiscard]] RedisAddress place_for(Wire wire, const std::string& directory);

// A descriptor connected to the address, whose host must be numeric IPv4; -1 if nobody listens there.
[[nodiscard]] int connect_to(const RedisAddress& address);
// A descriptor that listens there. With port 0 the system finds one, which `address` then names. Throws
// std::runtime_error if the address is taken.
[[nodiscard]] int listen_on(RedisAddress& address);

// From now on nothing that is sent waits for the peer to acknowledge what was sent before. Does nothing to a
// Unix socket.
void send_at_once(int fd);
// Sends all bytes. False if the peer has closed.
bool send_all(int fd, std::string_view bytes);
// Each byte in a write of its own, and each after the peer seems to have read the one before: as good as
// always it gets one at a time. False also if it reads nothing for seconds.
bool send_one_by_one(int fd, std::string_view bytes);
// What is there, after waiting for the first byte; "" at the end of the stream.
[[nodiscard]] std::string receive(int fd);

}  // namespace session::test
