#include "gateway/server/account.h"

namespace session::gateway {

void account(const Request& /*request*/, const Response& /*response*/, std::string_view /*endpoint*/,
             Clock::Steady::duration /*took*/) {}

}  // namespace session::gateway
