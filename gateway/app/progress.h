#pragma once

#include <unistd.h>

#include <cstddef>
#include <iostream>

#include "core/base/clock.h"

namespace session::gateway {

// Says on a terminal how far a command has come that takes more than a second. Not thread-safe.
class Progress {
 public:
  explicit Progress(const char* what) : what_(what) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void add(std::size_t more) {
    count_ += more;
    const auto took = std::chrono::duration_cast<seconds>(system_clock().steady_now() - began_);
    if (!terminal_ || took < seconds(1)) return;
    std::cerr << "\r\033[K" << count_ << " " << what_ << " so far, " << took.count() << " s" << std::flush;
    shown_ = true;
  }
  // Before something else is printed.
  void clear() {
    if (shown_) std::cerr << "\r\033[K" << std::flush;
    shown_ = false;
  }

 private:
  const char* what_;
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  const Clock::Steady began_ = system_clock().steady_now();
  std::size_t count_ = 0;
  bool shown_ = false;
};

}  // namespace session::gateway
