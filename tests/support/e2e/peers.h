#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace session::test {

// Listens on a Unix socket and serves each connection on a thread of its own.
class SocketServer {
 public:
  // `serve` closes nothing: the descriptor is closed when it returns.
  SocketServer(const std::string& path, std::function<void(int)> serve);
  // Takes over a descriptor that listens, of whatever kind.
  SocketServer(int listener, std::function<void(int)> serve);
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;
  ~SocketServer();
  [[nodiscard]] unsigned accepted() const { return accepted_; }
  // From now on connecting fails; open connections stay open. Can't be undone.
  void stop_accepting();

 private:
  void accept_all();
  void serve_one(int fd);

  std::function<void(int)> serve_;
  int listener_ = -1;
  std::atomic<unsigned> accepted_ = 0;
  std::mutex mutex_;
  std::set<int> open_;
  std::vector<std::jthread> connections_;  // before acceptor_, which adds to them
  std::jthread acceptor_;
};

// A request that an application behind nginx got.
struct AppRequest {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
};

// An HTTP application behind nginx. Until told otherwise it answers 200 with the request as JSON:
// {"method":..., "target":..., "headers":{name:[values]}, "body":...}.
class Application {
 public:
  explicit Application(const std::string& path);
  // `reply` returns the whole response but for "HTTP/1.1 ": "200 OK\r\nX-A: b\r\n\r\nbody".
  void answers(std::function<std::string(const AppRequest&)> reply);
  [[nodiscard]] unsigned requests() const { return requests_; }

 private:
  void serve(int fd);

  std::mutex mutex_;
  std::function<std::string(const AppRequest&)> reply_;
  std::atomic<unsigned> requests_ = 0;
  SocketServer server_;
};

// A proxy between nginx and the gateway: counts connections and records what nginx sends.
class Relay {
 public:
  Relay(const std::string& path, std::string gateway);
  [[nodiscard]] unsigned connections() const { return server_.accepted(); }
  [[nodiscard]] std::string seen();

 private:
  void serve(int fd);

  std::string gateway_;
  std::mutex mutex_;
  std::string seen_;
  SocketServer server_;
};

// A FastCGI responder in place of the gateway that answers every request alike.
class CannedGateway {
 public:
  // `response`: header lines, an empty line, a body.
  CannedGateway(const std::string& path, std::string response);
  [[nodiscard]] unsigned connections() const { return server_.accepted(); }
  // The params of the last request; repeated ones are all there.
  [[nodiscard]] std::multimap<std::string, std::string> params();

 private:
  void serve(int fd);

  std::string response_;
  std::mutex mutex_;
  std::multimap<std::string, std::string> params_;
  SocketServer server_;
};

}  // namespace session::test
