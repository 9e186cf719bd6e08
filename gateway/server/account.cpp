#include "gateway/server/account.h"

#include "gateway/metrics/count.h"

namespace session::gateway {

void account(const Request& /*request*/, const Response& response, std::string_view endpoint,
             Clock::Steady::duration took) {
  count_request(endpoint, response, took);
}

}  // namespace session::gateway
