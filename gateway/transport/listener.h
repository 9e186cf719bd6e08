#pragma once

#include <string>

#include "gateway/config/settings.h"

namespace session::gateway {

// A listening socket, non-blocking. Closes it, and removes a unix socket's file, when it goes.
class Listener {
 public:
  // Binds and listens. A unix socket's file gets its group and its mode before anyone can connect; one left
  // over by a process that is gone is replaced, one that still answers is not. Makes the last folder of the
  // path if it is missing. Throws std::runtime_error, whose text names the address, what is wrong with it,
  // and for a folder or a group the remedy.
  explicit Listener(const Listen& where);
  // Takes over a socket that the service manager holds, too: it goes on to take connections when this is
  // closed, and they wait there for the next process. REQUIRES: it is a non-blocking stream socket that
  // listens.
  explicit Listener(int descriptor);
  ~Listener();
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] int family() const { return family_; }
  // What its connections speak.
  [[nodiscard]] Protocol protocol() const { return protocol_; }
  // For a socket of the service manager, which does not say it.
  void set_protocol(Protocol protocol) { protocol_ = protocol; }
  // As the configuration names it: unix:/path, tcp:address:port or tcp:[address]:port.
  [[nodiscard]] const std::string& name() const { return name_; }
  // Whether connections that wait are still served when this is closed.
  [[nodiscard]] bool outlived() const { return outlived_; }
  // Stops listening; connects are refused from now on, unless the socket is outlived.
  void close();

 private:
  void listen_unix(const ListenUnix& where);
  void listen_tcp(const ListenTcp& where);

  int descriptor_ = -1;
  int family_ = 0;
  Protocol protocol_ = Protocol::fastcgi;
  bool outlived_ = false;
  std::string name_;
  std::string file_;  // of a unix socket
};

}  // namespace session::gateway
