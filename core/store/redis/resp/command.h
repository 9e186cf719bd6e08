#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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
    safe,   // Executing it twice does no harm: the client sends it again if its reply was lost.
    never,  // If its reply was lost, its outcome is unknown: the client does not send it again.
  };

  static constexpr std::size_t kMaxCommands = 4;

  std::string wire;
  std::size_t replies = 0;
  std::array<std::size_t, kMaxCommands> starts{};  // the offset of each command in `wire`
  Retry retry = Retry::never;
  // Whether an error of the first command is no failure: the user may not be allowed to send it. Counts for
  // RedisClient::ask() alone.
  bool first_may_fail = false;
  // Checks replies that hold no error: true if each has the type that its command returns. Replies of other
  // types belong to another command.
  bool (*is_valid_reply)(const std::vector<Reply>& replies) = nullptr;

  // Appends one command.
  Command& then(std::initializer_list<std::string_view> words);
  // Returns the wire text with ASKING before each command, for a node that is importing the slot (Redis
  // Cluster specification, "ASK redirection"). The server then also sends a reply to each ASKING.
  [[nodiscard]] std::string asking() const;
};

// A Lua script that the server runs as one atomic step. It compares values byte by byte.
struct Script {
  std::string_view text;
  std::string sha;  // hexadecimal SHA-1, the name of the script for EVALSHA

  explicit Script(std::string_view source);
};

// The commands of a Store. Each clamps its time to live, because Redis adds it to its clock and rejects an
// overflow.
namespace commands {

// Sends GETRANGE, and PTTL if the time left is asked for. The replies are a bulk string, which has one byte
// more than `max_bytes` if the value is larger and no byte if the key does not exist, and an integer, which
// is -2 if the key does not exist.
[[nodiscard]] Command load(std::string_view key, std::size_t max_bytes, bool time_left = true);
// Sends SET NX PX. The reply is a status, or nil if the key exists.
[[nodiscard]] Command create(std::string_view key, std::string_view bytes, milliseconds ttl);
// Sends PEXPIRE. The reply is 1, or 0 if the key does not exist.
[[nodiscard]] Command touch(std::string_view key, milliseconds ttl);
// Sends PTTL and PEXPIRE. The replies are the time to live until now, which is -1 if the key has none and -2
// if it does not exist, and that of touch().
[[nodiscard]] Command tell_and_touch(std::string_view key, milliseconds ttl);
// Sends DEL. The reply is the number of keys that it deleted.
[[nodiscard]] Command erase(std::string_view key);

// How a command names its script: by its hash (EVALSHA), or by its text (EVAL), which the server then caches.
enum class By { hash, text };
// Replaces the value if the key holds `expected`. The reply is 1 if it did, else 0.
[[nodiscard]] Command replace(std::string_view key, std::string_view expected, std::string_view bytes,
                              milliseconds ttl, By by);
// How far an entry of an owner may be extended: its place in the list (RedisOwnerIndex) is sure until the end
// of the minute, by the clock of the entry's server, in which the entry is to end so far.
enum class Reach {
  listed,  // Beyond, the command does nothing, and the reply is kNotListed.
  capped,  // Beyond, the entry gets that end.
};
inline constexpr std::int64_t kNotListed = 2;
// replace() and touch() of an entry of an owner, within that reach.
[[nodiscard]] Command replace_listed(std::string_view key, std::string_view expected, std::string_view bytes,
                                     milliseconds ttl, Reach reach, By by);
[[nodiscard]] Command touch_listed(std::string_view key, milliseconds ttl, Reach reach, By by);
// Deletes the key if it holds `expected`. The reply is 1 if it did, else 0.
[[nodiscard]] Command erase_if(std::string_view key, std::string_view expected, By by);

// A sorted set of the keys that an owner has, by the server's clock. The score is the end in Unix
// milliseconds, rounded up to a whole minute, and the time at which the member was listed last, in seconds,
// modulo kListedSpan, which is less than a minute in milliseconds.
inline constexpr std::int64_t kListedSpan = 60000;
// Adds a member, or lets it stay longer, and removes some of those whose end has passed (create_owned()
// does so one time in eight, if there is no `max`); the set ends with the member that was to end last. With
// `max`, a new member is refused if the set has so many, `instead_of` not counted. The reply is 1, or 0 if it
// was refused.
struct OwnedMember {
  std::string_view key;
  milliseconds time_left;
  std::string_view max = "";  // a number; empty: no limit
  std::string_view instead_of = "";
};
[[nodiscard]] Command own(std::string_view set, const OwnedMember& member, By by);
// own() and create() in one step, for a server that has both keys. The reply is 1, 0 if own() refused the
// member, or kExists.
inline constexpr std::int64_t kExists = 2;
[[nodiscard]] Command create_owned(std::string_view set, const OwnedMember& member, std::string_view key,
                                   std::string_view bytes, milliseconds ttl, By by);
// Sends ZREM. The reply is the number of members that it removed.
[[nodiscard]] Command disown(std::string_view set, std::string_view member);
// Removes a member that had been listed for a minute at the time `as_of`, by the server's clock. The reply is
// the number of members that it removed.
[[nodiscard]] Command disown_old(std::string_view set, std::string_view member, seconds as_of, By by);
// Whether a member that was listed last at `listed`, modulo kListedSpan, had been listed for a minute at a
// later time. The clock of a server that takes over may be two minutes behind: that is no age.
[[nodiscard]] constexpr bool is_old(std::int64_t listed, seconds as_of) {
  const std::int64_t age = ((as_of.count() - listed) % kListedSpan + kListedSpan) % kListedSpan;
  return age >= 60 && age < kListedSpan - 120;
}
// Sends TIME and ZSCORE. The replies are an array, whose first element is the Unix time in seconds, and a
// text, or nil if the set does not have the member.
[[nodiscard]] Command is_owned(std::string_view set, std::string_view member);
// Sends TIME and ZREVRANGE. The replies are an array, as above, and one of at most `max` members, those that
// end last first.
[[nodiscard]] Command owned(std::string_view set, std::size_t max);
// Sends INFO and SCAN for one step from a cursor of that server on. The replies are a text about the server
// (run_in), or an error, and an array: the next cursor, "0" at the end, and an array of keys that match the
// pattern and hold a string.
[[nodiscard]] Command scan(std::string_view cursor, std::string_view pattern, std::size_t count);
// A name of the server's process, which a restart changes, in the reply to INFO; "" if it does not tell.
[[nodiscard]] std::string run_in(const Reply& info);

}  // namespace commands

}  // namespace session
