#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
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

  // Which of the two a client that is killed was just doing.
  enum class Killed { before_it_sent, before_it_was_answered };
  // Forwards so many commands that concern keys, and then nothing any more in either direction, as if the
  // client had been killed before it sent the next one, or before it got the answer to the last one. Calls
  // `then` at that moment, on another thread, which must not use the proxy. REQUIRES: no client is connected.
  void kill_after(std::size_t commands, Killed killed, std::function<void()> then);
  // Forwards all again, when all clients have gone and the server has done what was forwarded. Returns
  // whether a client was killed.
  bool restore();

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
    std::string unread = {};  // the part of a command, if they are counted
  };
  struct Kill {
    std::size_t commands = 0;  // that are still forwarded
    Killed killed = Killed::before_it_sent;
    std::function<void()> then;
    bool done = false;
  };

  void listen();
  void serve(int client);
  void forward(RedisConnection& connection);
  void bring_back(RedisConnection& connection);
  bool wait_for_release(const RedisConnection& connection, const std::string& bytes);
  void end(RedisConnection& connection);
  bool pass_on(RedisConnection& connection, const std::string& bytes);
  bool pass_on_counted(RedisConnection& connection, const std::string& bytes);
  void kill();
  bool swallows() const;
  bool has_killed() const;

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
  std::optional<Kill> kill_;
  std::list<SocketServer>
      listeners_;  // the last one accepts, unless refused; the others keep their connections
};

}  // namespace session::test
