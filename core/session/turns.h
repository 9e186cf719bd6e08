#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/task.h"

namespace session {

// Has those who write the same key at the same time do so one after the other. The store's compare-and-set is
// what keeps writes apart, and goes on doing so between threads and machines; but of many who try at once all
// but one have tried for nothing, and the work grows with their square.
// Not thread-safe: one per event loop.
class Turns {
  struct Line;
  struct Waiter;

 public:
  // The right to go on; the next in line gets it when this goes.
  class Turn {
   public:
    Turn(std::shared_ptr<Line> line, std::string key);
    Turn(Turn&& other) noexcept = default;
    Turn& operator=(Turn&& other) noexcept {
      std::swap(line_, other.line_);
      std::swap(key_, other.key_);
      return *this;
    }
    ~Turn();

   private:
    std::shared_ptr<Line> line_;  // nullptr: moved from
    std::string key_;
  };

  Turns();

  // Waits until everybody who came before for this key is done.
  [[nodiscard]] Task<Turn> take(std::string key);

 private:
  std::shared_ptr<Line> line_;
};

}  // namespace session
