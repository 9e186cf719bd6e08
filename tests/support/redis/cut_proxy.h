#pragma once

#include <condition_variable>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "core/store/redis/connection/options.h"
#include "tests/support/e2e/peers.h"
#include "tests/support/e2e/process.h"
#include "tests/support/redis/sockets.h"

namespace session::test {

// A proxy between a client and a Redis server: forwards both directions until a test says otherwise. Any
// thread. A client that connects while the server does not listen is accepted, and then closed.
class CutProxy {
 public:
  explicit CutProxy(RedisAddress server, Wire wire = Wire::unix_socket);
  CutProxy(const CutProxy&) = delete;
  CutProxy& operator=(const CutProxy&) = delete;
  ~CutProxy();

  [[nodiscard]] const RedisAddress& address() const { return address_; }
  // How many there have been.
  [[nodiscard]] unsigned connections() const;

  // Holds back what the server sends, including the end of the connection, until `release`.
  void hold();
  void release();
  // The bytes of the server that are here and kept back: the first ones; more may wait behind them.
  [[nodiscard]] std::size_t held() const;

  // What the server sends arrives byte by byte; see send_one_by_one.
  void split_into_bytes(bool on);
  // Accepts and reads, but forwards nothing in either direction. Connections made meanwhile are useless
  // afterwards; cut them.
  void swallow(bool on);
  // The bytes of clients that went that way.
  [[nodiscard]] std::size_t swallowed() const;

  // Ends all connections. Bytes that were held back are lost.
  void cut();
  // Connecting fails until `accept`. The connections that there are stay.
  void refuse();
  void accept();

 private:
  struct RedisConnection {
    int client = -1;
    int server = -1;
    bool cut = false;
  };

  void listen();
  void serve(int client);
  void forward(RedisConnection& connection);
  void bring_back(RedisConnection& connection);
  bool wait_for_release(const RedisConnection& connection, const std::string& bytes);
  void end(RedisConnection& connection);
  bool pass_on(const RedisConnection& connection, const std::string& bytes);
  bool swallows() const;

  TempDir dir_;
  RedisAddress server_;
  RedisAddress address_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<RedisConnection*> connections_;
  bool holding_ = false;
  bool splitting_ = false;
  bool swallowing_ = false;
  std::size_t held_ = 0;
  std::size_t swallowed_ = 0;
  std::list<SocketServer>
      listeners_;  // the last one accepts, unless refused; the others keep their connections
};

}  // namespace session::test
