#include "tests/support/redis/redis_server.h"

#include <signal.h>

#include <exception>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "tests/support/server_programs.h"

namespace session::test {
namespace {

// What hurries its end and its replicas, and lets a test use DEBUG.
constexpr const char* kDataServer = R"(save ""
appendonly no
rdb-del-sync-files yes
shutdown-timeout 0
repl-diskless-sync-delay 0
enable-debug-command yes
)";

// TTLs are cut in the script, where Redis' clock stands still. pcall: a cluster has no SELECT. %.0f: Lua's
// numbers are floating point.
constexpr const char* kPassTime = R"(
for db in string.gmatch(redis.call('INFO', 'keyspace'), 'db(%d+):') do
  redis.pcall('SELECT', db)
  for _, key in ipairs(redis.call('KEYS', '*')) do
    if redis.call('TYPE', key).ok == 'zset' then  -- its scores are two times (core/store/redis/resp/command.h)
      for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do
        local score = tonumber(redis.call('ZSCORE', key, member))
        local listed = (score % 60000 - math.floor(ARGV[1] / 1000)) % 60000
        local ends = math.ceil((score - score % 60000 - ARGV[1]) / 60000) * 60000
        redis.call('ZADD', key, string.format('%.0f', ends + listed), member)
      end
    end
    local left = redis.call('PTTL', key)
    if left > tonumber(ARGV[1]) then
      redis.call('PEXPIRE', key, string.format('%.0f', left - tonumber(ARGV[1])))
    elseif left >= 0 then
      redis.call('DEL', key)
    end
  end
end)";

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

std::string quoted(const std::string& word) { return '"' + word + '"'; }

bool answers(RedisConnection& connection) {
  try {
    connection.ask({"PING"});
    return true;
  } catch (const std::runtime_error&) {
    return false;  // not yet
  }
}

// "T" in the third field of stat; the second one, the program's name, has no blanks.
bool is_stopped(pid_t pid) {
  std::istringstream stat(read_file("/proc/" + std::to_string(pid) + "/stat"));
  std::string field;
  return stat >> field >> field >> field && field == "T";
}

}  // namespace

RedisServer::RedisServer(Setup setup) : setup_(std::move(setup)), log_(dir_ / "redis.log") {
  if (setup_.tls) certificates_ = std::make_unique<Certificates>(dir_.path(), setup_.server_names);
  log_in_as("", setup_.password);
  constexpr int kAttempts = 20;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    choose_ports();
    write_file(dir_ / "redis.conf", configuration());
    if (launch()) return;
  }
  throw std::runtime_error("no free port for Redis: " + log());
}

RedisServer::~RedisServer() {
  if (process_) process_->signal(SIGKILL);  // which ends a stopped one too
  process_.reset();
  if (std::uncaught_exceptions() > 0) BOOST_TEST_MESSAGE("--- Redis at " << port_ << "\n" << log());
}

// The file as it is now, in which Redis may have rewritten itself since, as sentinels have it do.
void RedisServer::start() {
  if (running()) throw std::runtime_error("Redis runs already");
  wait_until("port " + std::to_string(port_) + " to be free again", [this] { return launch(); });
}

int RedisServer::stop() {
  if (paused_) resume();
  return end_by(SIGTERM);
}

void RedisServer::kill() { end_by(SIGKILL); }

int RedisServer::end_by(int signal) {
  if (!process_) throw std::runtime_error("Redis does not run");
  process_->signal(signal);
  const int code = process_->wait();
  process_.reset();
  paused_ = false;
  return code;
}

void RedisServer::pause() {
  process_->signal(SIGSTOP);
  paused_ = true;
  wait_until("Redis to stand still", [this] { return is_stopped(process_->pid()); });
}

void RedisServer::resume() {
  process_->signal(SIGCONT);
  paused_ = false;
}

RedisAddress RedisServer::address() const {
  return RedisAddress{"127.0.0.1", static_cast<std::uint16_t>(port_)};
}

RedisAddress RedisServer::unix_address() const { return RedisAddress{.path = dir_ / "redis.sock"}; }

RedisReply RedisServer::ask(const RedisCommand& command) {
  try {
    return connection_->ask(command);
  } catch (const RedisConnectionLost&) {
    return connection_->ask(command);
  }
}

RedisReply RedisServer::tell(const RedisCommand& command) {
  RedisReply reply = ask(command);
  if (reply.is_error()) throw std::runtime_error(command.at(0) + ": " + reply.text);
  return reply;
}

void RedisServer::log_in_as(const std::string& user, const std::string& password) {
  connection_ = std::make_unique<RedisConnection>(unix_address(), password, user);
}

std::size_t RedisServer::open_clients(const std::string& name) {
  const std::string own = "id=" + std::to_string(tell({"CLIENT", "ID"}).integer) + " ";
  std::size_t clients = 0;
  for (const auto& line : lines_of(tell({"CLIENT", "LIST", "TYPE", "normal"}).text)) {
    const bool named = name.empty() || line.find(" name=" + name + " ") != std::string::npos;
    if (!line.empty() && !line.starts_with(own) && named) ++clients;
  }
  return clients;
}

std::string RedisServer::info(const std::string& name) {
  for (const auto& line : lines_of(tell({"INFO", "everything"}).text)) {
    if (line.starts_with(name + ":")) return line.substr(name.size() + 1);
  }
  return "";
}

std::vector<std::string> RedisServer::string_keys(const std::string& pattern) {
  std::vector<std::string> keys;
  for (const RedisReply& key : tell({"KEYS", pattern}).elements) {
    if (tell({"TYPE", key.text}).text == "string") keys.push_back(key.text);
  }
  return keys;
}

void RedisServer::pass_time(milliseconds by) { tell({"EVAL", kPassTime, "0", std::to_string(by.count())}); }

void RedisServer::choose_ports() {
  port_ = free_port();
  bus_port_ = free_port();
}

std::string RedisServer::configuration() const {
  std::string text = "bind 127.0.0.1\ndir " + dir_.path() + "\nunixsocket " + unix_address().path + "\n";
  text += port_lines();
  if (!setup_.sentinel) text += kDataServer;
  if (!setup_.password.empty()) text += "requirepass " + quoted(setup_.password) + "\n";
  if (!setup_.password.empty() && !setup_.sentinel) text += "masterauth " + quoted(setup_.password) + "\n";
  if (setup_.cluster) text += "cluster-enabled yes\ncluster-port " + std::to_string(bus_port_) + "\n";
  for (const auto& line : setup_.options) text += line + "\n";
  return text;
}

std::string RedisServer::port_lines() const {
  const std::string port = std::to_string(port_);
  if (!setup_.tls) return "port " + port + "\n";
  return "port 0\ntls-port " + port + "\ntls-ca-cert-file " + certificates_->ca() + "\ntls-cert-file " +
         certificates_->server().certificate + "\ntls-key-file " + certificates_->server().key +
         "\ntls-auth-clients " + (setup_.client_certificate ? "yes" : "no") + "\n";
}

bool RedisServer::launch() {
  const std::size_t logged = read_file(log_).size();
  std::vector<std::string> command = {redis_server_binary(), dir_ / "redis.conf"};
  if (setup_.sentinel) command.emplace_back("--sentinel");
  process_ = std::make_unique<Process>(command, log_);
  paused_ = false;
  wait_until("Redis to answer", [this] { return process_->exit_status() || answers(*connection_); });
  if (running()) return true;
  process_.reset();
  const std::string said = log().substr(logged);
  if (said.find("Address already in use") == std::string::npos) throw std::runtime_error("Redis: " + said);
  return false;
}

}  // namespace session::test
