#include "gateway/server/account.h"

#include "gateway/metrics/count.h"

namespace session::gateway {

void account(const Request& /*request*/, const Response& response, std::string_view endpoint,
             Clock::Steady::duration took) {
  // Last: what throws before this is counted as the 500 that comes of it.
  count_request(endpoint, response, took);
}

}  // namespace session::gateway
