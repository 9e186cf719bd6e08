#pragma once

#include <string>

#include "gateway/config/settings.h"

namespace session::gateway {

// A listening socket, non-blocking. Closes it, and removes a unix socket's file, when it goes.
class Listener {
 public:
  // Binds and listens. A unix socket's file gets its mode before anyone can connect; one left over by a
  // process that is gone is replaced, one that still answers is not. Throws std::system_error, whose text
  // names the address.
  explicit Listener(const Listen& where);
  ~Listener();
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] int family() const { return family_; }
  // As the configuration names it: unix:/path or tcp:host:port.
  [[nodiscard]] const std::string& name() const { return name_; }
  // Stops listening; connects are refused from now on.
  void close();

 private:
  void listen_unix(const ListenUnix& where);
  void listen_tcp(const ListenTcp& where);

  int descriptor_ = -1;
  int family_ = 0;
  std::string name_;
  std::string file_;  // of a unix socket
};

}  // namespace session::gateway
