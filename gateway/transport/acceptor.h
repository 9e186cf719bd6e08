#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "core/base/await.h"
#include "core/base/task.h"
#include "gateway/telemetry/worker_telemetry.h"
#include "gateway/transport/accepted_socket.h"
#include "gateway/transport/listener.h"

namespace session::gateway {

// What became of an accepted connection.
enum class Placed {
  at_once,
  waits_for_room,  // It is taken over, and another must end for it: the acceptor gives that some time.
  nowhere,         // There is no room; the descriptor stays with the acceptor.
};

// Accepts the connections of one listener and hands each to `place`. At the limit of descriptors it gives up
// one that it holds in reserve, accepts with that, and closes those connections at once so that their peers
// know. Then it rests, since a full backlog that it can't take would keep the thread spinning. Runs on the
// thread of its executor, whose telemetry it is given. Listener and telemetry outlive it.
class Acceptor {
 public:
  using Place = std::function<Placed(const AcceptedSocket& socket)>;

  // `number`: the listener's place among all (AcceptedSocket::listener).
  Acceptor(const Listener& listener, std::size_t number, Place place, Executor executor,
           WorkerTelemetry& telemetry);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // Accepts until stop().
  Task<void> run();
  // Accepts the connections that wait, and then no more.
  void stop();

 private:
  enum class Accepted { one, one_without_room, none_waiting, no_descriptors };
  [[nodiscard]] Accepted accept_one();
  [[nodiscard]] static bool took_one(Accepted accepted);
  void refuse_waiting();

  const Listener& listener_;
  const std::size_t number_;
  Place place_;
  boost::asio::posix::basic_stream_descriptor<Executor> ready_;  // a duplicate of the listener's
  SteadyTimer rest_;
  WorkerTelemetry& telemetry_;
  int reserve_;
  bool stopped_ = false;
};

}  // namespace session::gateway
