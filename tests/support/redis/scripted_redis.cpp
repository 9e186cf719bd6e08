#include "tests/support/redis/scripted_redis.h"

#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace session::test {
namespace {

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c); });
  return text;
}

long long number_of(const std::string& text) {
  long long number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

ScriptedRedis::ScriptedRedis(Script script, Wire wire)
    : address_(place_for(wire, dir_.path())),
      script_(std::move(script)),
      server_(listen_on(address_), [this](int fd) { serve(fd); }) {}

void ScriptedRedis::answers(Script script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
}

std::size_t ScriptedRedis::open_connections() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

std::size_t ScriptedRedis::commands() const {
  const std::lock_guard lock(mutex_);
  return seen_.size();
}

std::vector<RedisCommand> ScriptedRedis::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

bool ScriptedRedis::send(unsigned connection, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(connection);
  return found != open_.end() && send_all(found->second, bytes);
}

void ScriptedRedis::cut() {
  const std::lock_guard lock(mutex_);
  for (const auto& [connection, fd] : open_) shutdown(fd, SHUT_RDWR);
}

void ScriptedRedis::serve(int fd) {
  unsigned connection = 0;
  {
    const std::lock_guard lock(mutex_);
    connection = ++last_;
    open_[connection] = fd;
  }
  converse(connection, fd);
  const std::lock_guard lock(mutex_);
  open_.erase(connection);
}

void ScriptedRedis::converse(unsigned connection, int fd) {
  std::string data;
  for (std::string more; !(more = receive(fd)).empty();) {
    data += more;
    while (const auto command = take_command(data)) {
      if (!answer(fd, reply_to(connection, *command))) return;
    }
  }
}

// False when the connection is to end.
bool ScriptedRedis::answer(int fd, const ScriptedReply& reply) {
  const std::string bytes = reply.bytes.value_or("");
  const bool sent = reply.single_bytes ? send_one_by_one(fd, bytes) : send_all(fd, bytes);
  return sent && !reply.close_after;
}

ScriptedReply ScriptedRedis::reply_to(unsigned connection, const RedisCommand& command) {
  Script script;
  {
    const std::lock_guard lock(mutex_);
    seen_.push_back(command);
    script = script_;
  }
  return script ? script(connection, command) : usual(command);
}

ScriptedReply ScriptedRedis::usual(const RedisCommand& command) {
  static const std::set<std::string> agreed = {"AUTH", "SELECT", "CLIENT", "READONLY"};
  const std::string name = command.empty() ? "" : upper(command[0]);
  if (agreed.contains(name)) return {kRespOk};
  if (name == "ROLE") return {"*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"};
  if (name == "PING") return {"+PONG\r\n"};
  // The script that lists an entry for its owner, and what asks for that: as if all were listed.
  if (name == "EVALSHA" && command.size() == 8) return {resp_integer(1)};
  // The same with the entry itself: EVALSHA hash 2 set key member time-listed max instead-of time bytes.
  if (name == "EVALSHA" && command.size() == 11) {
    const bool made = keys_say({"SET", command[4], command[10], "NX", "PX", command[9]}) == kRespOk;
    return {resp_integer(made ? 1 : 2)};
  }
  if (name == "TIME") return {"*2\r\n" + resp_bulk("1") + resp_bulk("0")};
  if (name == "ZSCORE") return {resp_bulk("1")};
  if (name == "ZREM") return {resp_integer(1)};
  // The script that extends an entry as far as it is listed.
  const bool extends = name == "EVALSHA" && command.size() == 5 &&
                       command[4].find_first_not_of("0123456789") == std::string::npos;
  if (extends) return {keys_say({"PEXPIRE", command[3], command[4]})};
  if (name == "EVALSHA") return {"-NOSCRIPT No matching script. Please use EVAL.\r\n"};
  return {keys_say(command)};
}

std::string ScriptedRedis::keys_say(const RedisCommand& command) {
  const std::string name = command.empty() ? "" : upper(command[0]);
  const std::lock_guard lock(mutex_);
  const auto found = command.size() < 2 ? keys_.end() : keys_.find(command[1]);
  const bool there = found != keys_.end();
  if (name == "GET" && command.size() == 2) return there ? resp_bulk(found->second.value) : kRespNil;
  if (name == "GETRANGE" && command.size() == 4) {
    return resp_bulk(there ? found->second.value.substr(0, std::stoul(command[3]) + 1) : "");
  }
  if (name == "SET" && command.size() >= 3) return set(command);
  if (name == "DEL" && command.size() == 2)
    return resp_integer(static_cast<long long>(keys_.erase(command[1])));
  if (name == "PTTL" && command.size() == 2) return resp_integer(there ? found->second.time_left : -2);
  if (name == "PEXPIRE" && command.size() == 3) {
    if (there) found->second.time_left = number_of(command[2]);
    return resp_integer(there ? 1 : 0);
  }
  return "-ERR unknown command\r\n";
}

std::string ScriptedRedis::set(const RedisCommand& command) {
  Entry entry{command[2]};
  for (std::size_t i = 3; i < command.size(); ++i) {
    const std::string word = upper(command[i]);
    if (word == "NX" && keys_.contains(command[1])) return kRespNil;
    if (word == "PX" && i + 1 < command.size()) entry.time_left = number_of(command[++i]);
  }
  keys_[command[1]] = std::move(entry);
  return kRespOk;
}

}  // namespace session::test
