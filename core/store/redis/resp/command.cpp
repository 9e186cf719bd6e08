#include "core/store/redis/resp/command.h"

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <stdexcept>

#include <hiredis/hiredis.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "core/crypto/hex.h"

namespace session {
namespace {

constexpr std::size_t kMaxWords = 8;
// 300 years. Redis adds the time to live to its Unix time in milliseconds; the sum must not overflow.
constexpr milliseconds kMaxTtl = std::chrono::hours(24 * 365 * 300);

// Wipes the text before it is freed, because it may hold a password.
struct FreeCommand {
  std::size_t size = 0;
  void operator()(char* text) const {
    OPENSSL_cleanse(text, size);
    redisFreeCommand(text);
  }
};

const Script& replace_script() {
  static const Script script(
      "if redis.call('GET',KEYS[1])==ARGV[1] then redis.call('SET',KEYS[1],ARGV[2],'PX',ARGV[3]) return 1 "
      "end "
      "return 0");
  return script;
}

const Script& erase_if_script() {
  static const Script script(
      "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end return 0");
  return script;
}

std::string milliseconds_text(milliseconds ttl) { return std::to_string(std::min(ttl, kMaxTtl).count()); }

bool is_entry(const std::vector<Reply>& replies) {
  return (replies[0].is(Reply::Kind::bulk) || replies[0].is(Reply::Kind::nil)) &&
         replies[1].is(Reply::Kind::integer);
}

bool is_set(const std::vector<Reply>& replies) {
  return replies[0].is(Reply::Kind::nil) || (replies[0].is(Reply::Kind::status) && replies[0].text == "OK");
}

// The number of keys that the command changed. Each of these commands has one key.
bool is_count(const std::vector<Reply>& replies) {
  return replies[0].is(Reply::Kind::integer) && (replies[0].integer == 0 || replies[0].integer == 1);
}

Command count_command() {
  Command command;
  command.is_valid_reply = is_count;
  return command;
}

std::string_view verb(commands::By by) { return by == commands::By::hash ? "EVALSHA" : "EVAL"; }
std::string_view name(commands::By by, const Script& script) {
  return by == commands::By::hash ? std::string_view(script.sha) : script.text;
}

}  // namespace

Command& Command::then(std::initializer_list<std::string_view> words) {
  std::array<const char*, kMaxWords> texts{};
  std::array<std::size_t, kMaxWords> sizes{};
  if (words.size() > kMaxWords) throw std::logic_error("a Redis command with too many words");
  std::size_t count = 0;
  for (const std::string_view word : words) {
    texts[count] = word.data();
    sizes[count++] = word.size();
  }
  char* text = nullptr;
  const int size = redisFormatCommandArgv(&text, static_cast<int>(count), texts.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();
  const std::unique_ptr<char, FreeCommand> owned(text, FreeCommand{static_cast<std::size_t>(size)});
  if (replies == kMaxCommands) throw std::logic_error("too many Redis commands at once");
  starts[replies++] = wire.size();
  wire.append(text, static_cast<std::size_t>(size));
  return *this;
}

std::string Command::asking() const {
  std::string out;
  for (std::size_t i = 0; i < replies; ++i) {
    const std::size_t end = i + 1 < replies ? starts[i + 1] : wire.size();
    out.append("*1\r\n$6\r\nASKING\r\n").append(wire, starts[i], end - starts[i]);
  }
  return out;
}

Script::Script(std::string_view source) : text(source) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("OpenSSL has no SHA-1");
  sha = hex({reinterpret_cast<const char*>(digest.data()), size});
}

namespace commands {

Command load(std::string_view key) {
  Command command;
  command.retry = Command::Retry::safe;
  command.is_valid_reply = is_entry;
  command.then({"GET", key}).then({"PTTL", key});
  return command;
}

Command create(std::string_view key, std::string_view bytes, milliseconds ttl) {
  Command command;
  command.is_valid_reply = is_set;
  command.then({"SET", key, bytes, "NX", "PX", milliseconds_text(ttl)});
  return command;
}

Command touch(std::string_view key, milliseconds ttl) {
  Command command = count_command();
  command.then({"PEXPIRE", key, milliseconds_text(ttl)});
  return command;
}

Command erase(std::string_view key) {
  Command command = count_command();
  command.then({"DEL", key});
  return command;
}

Command replace(std::string_view key, std::string_view expected, std::string_view bytes, milliseconds ttl,
                By by) {
  Command command = count_command();
  command.then({verb(by), name(by, replace_script()), "1", key, expected, bytes, milliseconds_text(ttl)});
  return command;
}

Command erase_if(std::string_view key, std::string_view expected, By by) {
  Command command = count_command();
  command.then({verb(by), name(by, erase_if_script()), "1", key, expected});
  return command;
}

}  // namespace commands

}  // namespace session
