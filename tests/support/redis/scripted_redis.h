#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/redis/connection/options.h"
#include "tests/support/e2e/peers.h"
#include "tests/support/e2e/process.h"
#include "tests/support/redis/connection.h"
#include "tests/support/redis/resp.h"
#include "tests/support/redis/sockets.h"

namespace session::test {

struct ScriptedReply {
  std::optional<std::string> bytes = {};  // as they go over the wire; nothing: no answer
  bool close_after = false;               // ends the connection, after the bytes if there are any
  bool single_bytes = false;              // see send_one_by_one
};

// A server in place of Redis that answers as a test's script says. Any thread.
class ScriptedRedis {
 public:
  // The connection's number, from 1 on, and the command. Called on a thread of the connection's own, for
  // several connections at once. It may wait, but not for longer than this object lives.
  using Script = std::function<ScriptedReply(unsigned connection, const RedisCommand& command)>;

  // Without a script, the usual answers.
  explicit ScriptedRedis(Script script = {}, Wire wire = Wire::unix_socket);

  [[nodiscard]] const RedisAddress& address() const { return address_; }
  void answers(Script script);

  // What Redis would say, for a script that cares for some commands only: to PING, AUTH, SELECT, CLIENT and
  // READONLY; and of keys, which it keeps, GET, GETRANGE from 0 on, SET with NX and PX, DEL, PEXPIRE and
  // PTTL. No time passes. It knows no script (NOSCRIPT) and no other command (ERR).
  ScriptedReply usual(const RedisCommand& command);

  // How many there have been.
  [[nodiscard]] unsigned connections() const { return server_.accepted(); }
  [[nodiscard]] std::size_t open_connections() const;
  [[nodiscard]] std::size_t commands() const;
  // All of them, in the order in which they came.
  [[nodiscard]] std::vector<RedisCommand> seen() const;

  // Sends something that nothing asked for, or that the script has kept back. Not while the script answers on
  // the same connection. False if there is no such connection any more.
  bool send(unsigned connection, std::string_view bytes);
  // Ends all connections.
  void cut();

 private:
  struct Entry {
    std::string value;
    long long time_left = -1;  // as PTTL says it
  };

  void serve(int fd);
  void converse(unsigned connection, int fd);
  bool answer(int fd, const ScriptedReply& reply);
  ScriptedReply reply_to(unsigned connection, const RedisCommand& command);
  std::string keys_say(const RedisCommand& command);
  std::string set(const RedisCommand& command);

  TempDir dir_;
  RedisAddress address_;
  mutable std::mutex mutex_;
  Script script_;
  std::vector<RedisCommand> seen_;
  std::map<unsigned, int> open_;
  unsigned last_ = 0;
  std::map<std::string, Entry> keys_;
  SocketServer server_;
};

}  // namespace session::test
