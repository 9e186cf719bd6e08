#include "gateway/transport/listener_secrets.h"

#include <algorithm>

#include "gateway/config/listen_address.h"

namespace session::gateway {
namespace {

// Of the listeners with that address, or of all of them if none has it. The socket of operators needs none.
std::vector<Secret> secrets_of(const Settings& settings, const std::string& address) {
  const auto admin = admin_listener(settings);
  if (admin && listener_address(*admin) == address) return {};
  const std::size_t count = std::min(settings.listen.size(), settings.listen_secrets.size());
  std::vector<Secret> all;
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<Secret>& secrets = settings.listen_secrets[i];
    if (listener_address(settings.listen[i]) == address) return secrets;
    all.insert(all.end(), secrets.begin(), secrets.end());
  }
  return all;
}

}  // namespace

ListenerSecrets::ListenerSecrets(const Settings& settings, const std::vector<std::string>& addresses) {
  for (const std::string& address : addresses)
    by_listener_.push_back({address, secrets_of(settings, address)});
}

bool ListenerSecrets::admits(std::size_t listener, const FrontSecret& given) const {
  if (listener >= by_listener_.size()) return true;
  const std::vector<Secret>& secrets = by_listener_[listener].secrets;
  if (secrets.empty()) return true;
  if (!given.value()) return false;
  bool admitted = false;
  for (const Secret& secret : secrets)
    admitted = equal_in_constant_time(secret.reveal(), *given.value()) || admitted;
  return admitted;
}

}  // namespace session::gateway
