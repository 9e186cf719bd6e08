#include "core/store/redis/resp/command.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include <openssl/evp.h>

#include "core/crypto/hex.h"
#include "core/store/redis/resp/format.h"

namespace session {
namespace {

// 300 years. Redis adds the time to live to its Unix time in milliseconds; the sum must not overflow.
constexpr milliseconds kMaxTtl = std::chrono::hours(24 * 365 * 300);

const Script& replace_script() {
  static const Script script(
      "if redis.call('GET',KEYS[1])~=ARGV[1] then return 0 end "
      "if ARGV[3]=='' then redis.call('SET',KEYS[1],ARGV[2]) "
      "else redis.call('SET',KEYS[1],ARGV[2],'PX',ARGV[3]) end "
      "return 1");
  return script;
}

// Makes of `ttl`, in milliseconds or nil for no end, what an entry of an owner may get (commands::Reach).
constexpr const char* kWithinReach =
    "local t=redis.call('TIME') local now=t[1]*1000+math.floor(t[2]/1000) "
    "local left=redis.call('PTTL',KEYS[1]) "
    "local last=now+left-(now+left)%60000+59999 "
    "if left>=0 and (not ttl or now+ttl>last) then ";
constexpr const char* kRefuse = "return 2 end ";
constexpr const char* kCap = "ttl=math.max(last-now,1) end ";

std::string within_reach(commands::Reach reach) {
  return std::string(kWithinReach) + (reach == commands::Reach::listed ? kRefuse : kCap);
}

const Script& replace_listed_script(commands::Reach reach) {
  const auto text = [](commands::Reach within) {
    return "if redis.call('GET',KEYS[1])~=ARGV[1] then return 0 end "
           "local ttl=tonumber(ARGV[3]) " +
           within_reach(within) +
           "if ttl then redis.call('SET',KEYS[1],ARGV[2],'PX',string.format('%.0f',ttl)) "
           "else redis.call('SET',KEYS[1],ARGV[2]) end "
           "return 1";
  };
  static const std::string listed = text(commands::Reach::listed);
  static const std::string capped = text(commands::Reach::capped);
  static const Script listed_script(listed);
  static const Script capped_script(capped);
  return reach == commands::Reach::listed ? listed_script : capped_script;
}

const Script& touch_listed_script(commands::Reach reach) {
  const auto text = [](commands::Reach within) {
    return "local ttl=tonumber(ARGV[1]) " + within_reach(within) +
           "return redis.call('PEXPIRE',KEYS[1],string.format('%.0f',ttl))";
  };
  static const std::string listed = text(commands::Reach::listed);
  static const std::string capped = text(commands::Reach::capped);
  static const Script listed_script(listed);
  static const Script capped_script(capped);
  return reach == commands::Reach::listed ? listed_script : capped_script;
}

const Script& erase_if_script() {
  static const Script script(
      "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end return 0");
  return script;
}

// Lists a member in KEYS[1], or returns 0 (commands::own), in three parts. Each call costs about a
// microsecond, and ZRANGEBYSCORE some. PTTL returns -2 for an owner who has no set yet.
constexpr const char* kListBegin =
    "local call,set,format=redis.call,KEYS[1],string.format "
    "local t=call('TIME') local s=tonumber(t[1]) local now=s*1000+math.floor(t[2]/1000) "
    "local left=call('PTTL',set) "
    "local e=math.ceil((now+tonumber(ARGV[2]))/60000)*60000+s%60000 local score=format('%d',e) "
    "local listed=false ";
// The usual login: a new member, of whom nobody has to know how many there are. One in eight, by the
// microseconds, goes the long way, which removes what has ended.
constexpr const char* kListNew =
    "if ARGV[3]=='' and (left==-2 or t[2]%8>0) then "
    "listed=call('ZADD',set,'NX',score,ARGV[1])==1 end ";
constexpr const char* kListEnd =
    "if not listed then local now_text=format('%d',now) "
    // Whether anything has ended is asked before what has.
    "if left~=-2 and call('ZCOUNT',set,'-inf',now_text)>0 then "
    // Some at a time: a million at once would keep the server from everything else.
    "call('ZREM',set,unpack(call('ZRANGEBYSCORE',set,'-inf',now_text,'LIMIT',0,200))) "
    "left=call('PTTL',set) end "
    "local function end_of(key) local at=left~=-2 and tonumber(call('ZSCORE',set,key) or 0) or 0 "
    "return at>now and at end "
    "local old=end_of(ARGV[1]) "
    "if ARGV[3]~='' and not old then "
    "local n=call('ZCOUNT',set,'('..now_text,'+inf') "
    "if end_of(ARGV[4]) then n=n-1 end "
    "if n>=tonumber(ARGV[3]) then return 0 end end "
    "if old then e=math.max(e-s%60000,old-old%60000)+s%60000 score=format('%d',e) end "
    "call('ZADD',set,score,ARGV[1]) end "
    "if left<e-now then call('PEXPIREAT',set,score) end ";

const Script& own_script() {
  static const std::string text = std::string(kListBegin).append(kListEnd).append("return 1");
  static const Script script(text);
  return script;
}

const Script& create_owned_script() {
  static const std::string text =
      std::string(kListBegin)
          .append(kListNew)
          .append(kListEnd)
          .append(
              "local made if ARGV[5]=='' then made=call('SET',KEYS[2],ARGV[6],'NX') "
              "else made=call('SET',KEYS[2],ARGV[6],'NX','PX',ARGV[5]) end "
              "return made and 1 or 2");
  static const Script script(text);
  return script;
}

// The same as is_old(). Lua's remainder is never negative.
const Script& disown_script() {
  static const Script script(
      "local listed=redis.call('ZSCORE',KEYS[1],ARGV[1]) "
      "if not listed then return 0 end "
      "local age=(tonumber(ARGV[2])-tonumber(listed))%60000 "
      "if age<60 or age>=59880 then return 0 end "
      "return redis.call('ZREM',KEYS[1],ARGV[1])");
  return script;
}

std::string milliseconds_text(milliseconds ttl) { return std::to_string(std::min(ttl, kMaxTtl).count()); }

// An empty text: the key has no end.
std::string end_text(milliseconds ttl) {
  return ttl == milliseconds::max() ? std::string() : milliseconds_text(ttl);
}

bool is_value(const std::vector<Reply>& replies) { return replies[0].is(Reply::Kind::bulk); }

bool is_entry(const std::vector<Reply>& replies) {
  return replies[0].is(Reply::Kind::bulk) && replies[1].is(Reply::Kind::integer);
}

bool is_set(const std::vector<Reply>& replies) {
  return replies[0].is(Reply::Kind::nil) || (replies[0].is(Reply::Kind::status) && replies[0].text == "OK");
}

// The number of keys that the command changed. Each of these commands has one key.
bool is_one_key(const Reply& reply) {
  return reply.is(Reply::Kind::integer) && (reply.integer == 0 || reply.integer == 1);
}

bool is_count(const std::vector<Reply>& replies) { return is_one_key(replies[0]); }

// Scripts that can do one thing more return this for it.
bool is_count_or(const std::vector<Reply>& replies, std::int64_t other) {
  const Reply& reply = replies[0];
  return is_one_key(reply) || (reply.is(Reply::Kind::integer) && reply.integer == other);
}

bool is_count_or_not_listed(const std::vector<Reply>& replies) {
  return is_count_or(replies, commands::kNotListed);
}

bool is_count_or_exists(const std::vector<Reply>& replies) { return is_count_or(replies, commands::kExists); }

bool is_told_count(const std::vector<Reply>& replies) {
  return replies[0].is(Reply::Kind::integer) && is_one_key(replies[1]);
}

bool is_number(const std::vector<Reply>& replies) { return replies[0].is(Reply::Kind::integer); }

bool is_list(const Reply& reply) {
  return reply.is(Reply::Kind::array) &&
         std::all_of(reply.elements.begin(), reply.elements.end(),
                     [](const Reply& each) { return each.is(Reply::Kind::bulk); });
}

bool is_time(const Reply& reply) { return is_list(reply) && reply.elements.size() == 2; }

bool is_time_and_score(const std::vector<Reply>& replies) {
  return is_time(replies[0]) && (replies[1].is(Reply::Kind::bulk) || replies[1].is(Reply::Kind::nil));
}

bool is_time_and_members(const std::vector<Reply>& replies) {
  return is_time(replies[0]) && is_list(replies[1]);
}

bool is_scan_step(const std::vector<Reply>& replies) {
  const Reply& reply = replies[1];
  const bool told = replies[0].is(Reply::Kind::bulk) || replies[0].is(Reply::Kind::error);
  return told && reply.is(Reply::Kind::array) && reply.elements.size() == 2 &&
         reply.elements[0].is(Reply::Kind::bulk) && is_list(reply.elements[1]);
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
  if (replies == kMaxCommands) throw std::logic_error("too many Redis commands at once");
  starts[replies++] = wire.size();
  append_command(wire, words);
  return *this;
}

std::string Command::asking() const {
  std::string out;
  for (std::size_t i = 0; i < replies; ++i) {
    const std::size_t end = i + 1 < replies ? starts[i + 1] : wire.size();
    append_command(out, {"ASKING"});
    out.append(wire, starts[i], end - starts[i]);
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

Command load(std::string_view key, std::size_t max_bytes, bool time_left) {
  // The limit is the same from load to load.
  thread_local std::size_t last_max = 0;
  thread_local std::string digits = "0";
  if (max_bytes != last_max) {
    digits = std::to_string(max_bytes);
    last_max = max_bytes;
  }
  Command command;
  command.retry = Command::Retry::safe;
  command.is_valid_reply = time_left ? is_entry : is_value;
  constexpr std::size_t kOtherBytes = 100;
  command.wire.reserve((time_left ? 2 : 1) * key.size() + kOtherBytes);
  command.then({"GETRANGE", key, "0", digits});
  if (time_left) command.then({"PTTL", key});
  return command;
}

Command create(std::string_view key, std::string_view bytes, milliseconds ttl) {
  Command command;
  command.is_valid_reply = is_set;
  if (ttl == milliseconds::max()) {
    command.then({"SET", key, bytes, "NX"});
  } else {
    command.then({"SET", key, bytes, "NX", "PX", milliseconds_text(ttl)});
  }
  return command;
}

Command touch(std::string_view key, milliseconds ttl) {
  Command command = count_command();
  command.then({"PEXPIRE", key, milliseconds_text(ttl)});
  return command;
}

Command tell_and_touch(std::string_view key, milliseconds ttl) {
  Command command;
  command.is_valid_reply = is_told_count;
  command.then({"PTTL", key}).then({"PEXPIRE", key, milliseconds_text(ttl)});
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
  command.then({verb(by), name(by, replace_script()), "1", key, expected, bytes, end_text(ttl)});
  return command;
}

Command replace_listed(std::string_view key, std::string_view expected, std::string_view bytes,
                       milliseconds ttl, Reach reach, By by) {
  Command command;
  command.is_valid_reply = is_count_or_not_listed;
  command.then({verb(by), name(by, replace_listed_script(reach)), "1", key, expected, bytes, end_text(ttl)});
  return command;
}

Command touch_listed(std::string_view key, milliseconds ttl, Reach reach, By by) {
  Command command;
  command.is_valid_reply = is_count_or_not_listed;
  command.then({verb(by), name(by, touch_listed_script(reach)), "1", key, milliseconds_text(ttl)});
  return command;
}

Command erase_if(std::string_view key, std::string_view expected, By by) {
  Command command = count_command();
  command.then({verb(by), name(by, erase_if_script()), "1", key, expected});
  return command;
}

Command own(std::string_view set, const OwnedMember& member, By by) {
  Command command = count_command();
  // The same member, added again, is one, but with a limit it counts when it is added first.
  command.retry = Command::Retry::safe;
  command.then({verb(by), name(by, own_script()), "1", set, member.key, milliseconds_text(member.time_left),
                member.max, member.instead_of});
  return command;
}

Command create_owned(std::string_view set, const OwnedMember& member, std::string_view key,
                     std::string_view bytes, milliseconds ttl, By by) {
  Command command;
  command.is_valid_reply = is_count_or_exists;
  command.then({verb(by), name(by, create_owned_script()), "2", set, key, member.key,
                milliseconds_text(member.time_left), member.max, member.instead_of, end_text(ttl), bytes});
  return command;
}

Command disown(std::string_view set, std::string_view member) {
  Command command;
  command.retry = Command::Retry::safe;
  command.is_valid_reply = is_number;
  command.then({"ZREM", set, member});
  return command;
}

Command disown_old(std::string_view set, std::string_view member, seconds as_of, By by) {
  Command command = count_command();
  command.retry = Command::Retry::safe;
  command.then(
      {verb(by), name(by, disown_script()), "1", set, member, std::to_string(as_of.count() % kListedSpan)});
  return command;
}

Command is_owned(std::string_view set, std::string_view member) {
  Command command;
  command.retry = Command::Retry::safe;
  command.is_valid_reply = is_time_and_score;
  command.then({"TIME"}).then({"ZSCORE", set, member});
  return command;
}

Command owned(std::string_view set, std::size_t max) {
  Command command;
  command.retry = Command::Retry::safe;
  command.is_valid_reply = is_time_and_members;
  command.then({"TIME"}).then({"ZREVRANGE", set, "0", std::to_string(max - 1)});
  return command;
}

Command scan(std::string_view cursor, std::string_view pattern, std::size_t count) {
  Command command;
  command.retry = Command::Retry::safe;
  command.first_may_fail = true;
  command.is_valid_reply = is_scan_step;
  command.then({"INFO", "server"})
      .then({"SCAN", cursor, "MATCH", pattern, "COUNT", std::to_string(count), "TYPE", "string"});
  return command;
}

std::string run_in(const Reply& info) {
  constexpr std::string_view kRun = "\nrun_id:";
  constexpr std::size_t kCharacters = 16;
  if (!info.is(Reply::Kind::bulk)) return {};
  const std::string_view text = info.bytes.view();
  const auto at = text.find(kRun);
  if (at == text.npos) return {};
  const std::string_view run = text.substr(at + kRun.size(), kCharacters);
  const bool is_hex = run.find_first_not_of("0123456789abcdef") == run.npos;
  return is_hex ? std::string(run) : std::string();
}

}  // namespace commands

}  // namespace session
