#pragma once

#include <chrono>
#include <functional>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "core/base/await.h"
#include "core/base/task.h"
#include "gateway/transport/listener.h"

namespace session::gateway {

// Accepts the connections of one listener and hands each to `place`, which takes the descriptor or says that
// there is no room. At the limit of descriptors it accepts with one that it holds in reserve, closes those
// connections at once so that their peers know, and then rests, instead of spinning on a backlog that it
// can't take. Runs on the thread of its executor. The listener outlives it.
class Acceptor {
 public:
  // True: taken.
  using Place = std::function<bool(int descriptor, int family)>;

  Acceptor(const Listener& listener, Place place, Executor executor);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // Accepts until stop().
  Task<void> run();
  // Accepts what waits, and then no more.
  void stop();

 private:
  enum class LegacyFormat { one, none_waiting, no_descriptors };
  [[nodiscard]] LegacyFormat accept_one();
  void refuse_waiting();

  const Listener& listener_;
  Place place_;
  boost::asio::posix::basic_stream_descriptor<Executor> ready_;  // a duplicate of the listener's
  SteadyTimer rest_;
  int reserve_;
  bool stopped_ = false;
};

}  // namespace session::gateway
