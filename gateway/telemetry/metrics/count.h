#pragma once

#include <string_view>

#include "core/base/clock.h"
#include "core/store/observer.h"
#include "gateway/http/response.h"

namespace session::gateway {

// Count in the calling thread's tally. They cost some nanoseconds each, and cannot fail.

// One answered request, with what it did to sessions. A name that no endpoint has is counted as `none`.
void count_request(std::string_view endpoint, const Response& response,
                   Clock::Steady::duration took) noexcept;

// The commands of a store.
class CountedCommands final : public StoreObserver {
 public:
  void observe(StoreCommand command, Clock::Steady::duration took, bool ok) noexcept override;
};

}  // namespace session::gateway
