#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/settings.h"
#include "gateway/http/location_settings.h"
#include "gateway/http/request.h"

namespace session::gateway {

// Where a request by HTTP goes. The pointer and the views are into the routes.
struct HttpRoute {
  std::optional<Refusal> refusal = {};         // it goes nowhere
  const LocationSettings* settings = nullptr;  // nullptr if it is refused
  std::string_view original = {};  // the header that has the client's own address; empty: none has
  bool takes_body = false;         // other bodies are dropped
  bool is_application = false;     // the sender is an application, not a front
  bool is_operator = false;        // the sender is an operator of this machine
};

// The paths of HTTP listeners (`listen[].serves`, `checks`, `views`), under one configuration. Immutable, so
// any thread may ask.
//
// Whatever a client can send ends up in a request to a check: under some fronts even the end of its path. So
// of the path only the name counts, in its place, and only one that the configuration has. The rest of the
// path and the query decide nothing.
class HttpRoutes {
 public:
  // Without listeners: every request is refused.
  HttpRoutes() = default;
  // `addresses`: Listener::name() of the listeners, in their order (AcceptedSocket::listener).
  HttpRoutes(const Settings& settings, const std::vector<std::string>& addresses);

  // The target is as it was sent (RFC 9112, section 3.2).
  [[nodiscard]] HttpRoute find(std::size_t listener, std::string_view method, std::string_view target) const;

  // The size limit of a request at that listener, which is `usual` at all but the socket of operators: these
  // import sessions.
  [[nodiscard]] std::size_t request_bytes(std::size_t listener, std::size_t usual) const;

 private:
  struct Check {
    LocationSettings settings;
    std::string original;
  };
  [[nodiscard]] HttpRoute check_in(std::string_view rest) const;
  [[nodiscard]] HttpRoute view_in(std::string_view rest) const;
  [[nodiscard]] HttpRoute admin() const;
  [[nodiscard]] HttpRoute other(Service service, std::string_view method) const;

  std::vector<std::set<Service>> serves_;  // by listener
  std::size_t max_batch_bytes_ = 0;
  std::map<std::string, Check, std::less<>> checks_;
  std::map<std::string, LocationSettings, std::less<>> views_;
  std::map<Service, LocationSettings> others_;
};

// The routes that requests go by from now on: those of the worker's configuration.
using RoutesInUse = std::function<const HttpRoutes&()>;

}  // namespace session::gateway
