#pragma once

#include <string>

#include "core/base/clock.h"

namespace session::gateway {

// The Date field of answers (RFC 9110, section 6.6.1), rendered once per second. Not thread-safe: one per
// thread.
class DateLine {
 public:
  // The clock must outlive it.
  explicit DateLine(const Clock& clock) : clock_(clock) {}
  // "Date: Sat, 28 Nov 2026 21:39:04 GMT" with CR LF.
  [[nodiscard]] const std::string& now();

 private:
  const Clock& clock_;
  seconds rendered_{-1};
  std::string line_;
};

}  // namespace session::gateway
