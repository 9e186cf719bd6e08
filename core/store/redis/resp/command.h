#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/store/redis/resp/reply.h"

namespace session {

// One or more commands whose replies belong together, ready for the wire.
struct Command {
  enum class Retry {
    safe,   // reads, and what says the same thing twice: sent again if its reply was lost
    never,  // its outcome is not known if its reply was lost
  };

  static constexpr std::size_t kMaxCommands = 4;

  std::string wire;
  std::size_t replies = 0;
  std::array<std::size_t, kMaxCommands> starts{};  // in the wire text
  Retry retry = Retry::never;
  // Whether replies, none of them an error, are of the kinds that this asks for. If not, they are another
  // command's.
  bool (*is_valid_reply)(const std::vector<Reply>& replies) = nullptr;

  // Appends one command (RESP2, an array of bulk strings).
  Command& then(std::initializer_list<std::string_view> words);
  // The same, each with ASKING before it: for a node that is just getting the key (Redis Cluster
  // specification, "ASK redirection"). Every other reply is that of ASKING.
  [[nodiscard]] std::string asking() const;
};

// What runs in the server, where comparing and setting is one step. The bytes are compared as they are.
struct Script {
  std::string_view text;
  std::string sha;  // hexadecimal SHA-1, as EVALSHA wants it

  explicit Script(std::string_view source);
};

// The commands of a Store. Times to live are clamped to what Redis can add to its clock.
namespace commands {

// GET and PTTL: a bulk string or nil, and an integer.
[[nodiscard]] Command load(std::string_view key);
// SET NX PX: a status, or nil if the key holds something.
[[nodiscard]] Command create(std::string_view key, std::string_view bytes, milliseconds ttl);
// PEXPIRE: 1, or 0 if there is no such key.
[[nodiscard]] Command touch(std::string_view key, milliseconds ttl);
// DEL: how many were there.
[[nodiscard]] Command erase(std::string_view key);

// Whether a script is named by its hash, or sent whole: the server keeps it then.
enum class By { hash, text };
// Replaces if the key holds `expected`: 1, else 0.
[[nodiscard]] Command replace(std::string_view key, std::string_view expected, std::string_view bytes,
                              milliseconds ttl, By by);
// Deletes if the key holds `expected`: 1, else 0.
[[nodiscard]] Command erase_if(std::string_view key, std::string_view expected, By by);

}  // namespace commands

}  // namespace session
