#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/secret.h"
#include "gateway/config/settings.h"
#include "gateway/http/front_secret.h"

namespace session::gateway {

// The secrets that the requests of each listener must carry (`listen[].secret`), under one configuration.
// Immutable, so any thread may ask.
class ListenerSecrets {
 public:
  // Without listeners, for tests of what does not depend on them: every request is admitted.
  ListenerSecrets() = default;
  // `addresses`: Listener::name() of the listeners, in their order (AcceptedSocket::listener). The service
  // manager may pass a socket that `listen` does not name. It takes the secrets of all that `listen` names,
  // so that no socket is a way around them.
  ListenerSecrets(const Settings& settings, const std::vector<std::string>& addresses);

  // Whether a request that came by that listener may be answered. Compares in constant time.
  [[nodiscard]] bool admits(std::size_t listener, const FrontSecret& given) const;
  // The address of a listener, for the log; empty if there is no such listener.
  [[nodiscard]] const std::string& address(std::size_t listener) const {
    static const std::string none;
    return listener < by_listener_.size() ? by_listener_[listener].address : none;
  }

 private:
  struct Listener {
    std::string address;
    std::vector<Secret> secrets;
  };
  std::vector<Listener> by_listener_;
};

}  // namespace session::gateway
