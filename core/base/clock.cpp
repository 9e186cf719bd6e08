#include "core/base/clock.h"

namespace session {
namespace {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] seconds unix_now() const override {
    return std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch());
  }
  [[nodiscard]] milliseconds unix_now_exact() const override {
    return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  }
  [[nodiscard]] Steady steady_now() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace session
