#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// A connection to a listener, for a caller that waits. No call waits beyond the deadline. Not thread-safe.
class ClientSocket {
 public:
  explicit ClientSocket(milliseconds timeout) : deadline_(std::chrono::steady_clock::now() + timeout) {}
  ~ClientSocket();
  ClientSocket(const ClientSocket&) = delete;
  ClientSocket& operator=(const ClientSocket&) = delete;

  // Each returns 0, or the number of the error: ETIMEDOUT if the deadline has passed.
  [[nodiscard]] int connect(const Listen& where);
  [[nodiscard]] int send(std::string_view bytes);
  // Fills `to` with what has come; with nothing at the end of the stream.
  [[nodiscard]] int receive(std::string& to);

 private:
  [[nodiscard]] int wait_for(short events) const;
  [[nodiscard]] int connect_to(const void* address, std::size_t size);

  std::chrono::steady_clock::time_point deadline_;
  int descriptor_ = -1;
};

}  // namespace session::gateway
