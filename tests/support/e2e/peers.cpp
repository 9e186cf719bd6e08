#include "tests/support/e2e/peers.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include "core/json/json.h"

namespace session::test {
namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("path too long: " + path);
  path.copy(address.sun_path, path.size());
  return address;
}

int listening(const std::string& path) {
  const sockaddr_un address = address_of(path);
  constexpr int kBacklog = 128;
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd, kBacklog) != 0) {
    close(fd);
    throw std::runtime_error("cannot listen on " + path);
  }
  return fd;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// What is there now, after waiting for the first byte; "" at the end of the stream.
std::string read_some(int fd) {
  std::array<char, 65536> buffer{};
  const auto length = recv(fd, buffer.data(), buffer.size(), 0);
  return length > 0 ? std::string(buffer.data(), static_cast<std::size_t>(length)) : "";
}

// Adds to `data` until it has `size` bytes.
bool read_up_to(int fd, std::string& data, std::size_t size) {
  while (data.size() < size) {
    const std::string more = read_some(fd);
    if (more.empty()) return false;
    data += more;
  }
  return true;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return text;
}

AppRequest parsed(const std::string& head) {
  AppRequest request;
  const auto line_end = head.find("\r\n");
  const auto space = head.find(' ');
  request.method = head.substr(0, space);
  request.target = head.substr(space + 1, head.find(' ', space + 1) - space - 1);
  for (std::size_t at = line_end + 2; at < head.size();) {
    const auto end = head.find("\r\n", at);
    const auto colon = head.find(':', at);
    request.headers.emplace_back(lower(head.substr(at, colon - at)), head.substr(colon + 2, end - colon - 2));
    at = end + 2;
  }
  return request;
}

std::optional<AppRequest> read_request(int fd) {
  std::string data;
  std::size_t end = 0;
  while ((end = data.find("\r\n\r\n")) == std::string::npos) {
    const std::string more = read_some(fd);
    if (more.empty()) return std::nullopt;
    data += more;
  }
  AppRequest request = parsed(data.substr(0, end + 2));
  request.body = data.substr(end + 4);
  for (const auto& [name, value] : request.headers) {
    if (name == "content-length" && !read_up_to(fd, request.body, std::stoul(value))) return std::nullopt;
  }
  return request;
}

std::string echoed(const AppRequest& request) {
  Json headers = Json::object();
  for (const auto& [name, value] : request.headers) headers[name].push_back(value);
  const Json echo = {
      {"method", request.method}, {"target", request.target}, {"headers", headers}, {"body", request.body}};
  return "200 OK\r\nContent-Type: application/json\r\n\r\n" +
         echo.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// FastCGI 1.0, section 3.3.
struct Record {
  unsigned char type = 0;
  std::string content;
};
constexpr unsigned char kBeginRequest = 1;
constexpr unsigned char kParams = 4;
constexpr unsigned char kStdin = 5;

std::optional<Record> read_record(int fd, std::string& data) {
  constexpr std::size_t kHeader = 8;
  if (!read_up_to(fd, data, kHeader)) return std::nullopt;
  const auto byte = [&data](std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(data[at]));
  };
  const std::size_t length = byte(4) * 256 + byte(5);
  const std::size_t padding = byte(6);
  if (!read_up_to(fd, data, kHeader + length + padding)) return std::nullopt;
  Record record{static_cast<unsigned char>(data[1]), data.substr(kHeader, length)};
  data.erase(0, kHeader + length + padding);
  return record;
}

std::string written(unsigned char type, const std::string& content) {
  const std::array<unsigned char, 8> header = {1,
                                               type,
                                               0,
                                               1,
                                               static_cast<unsigned char>(content.size() >> 8),
                                               static_cast<unsigned char>(content.size() & 255),
                                               0,
                                               0};
  return std::string(header.begin(), header.end()) + content;
}

// One length of a name-value pair (section 3.4).
std::size_t take_length(std::string_view& text) {
  std::size_t length = static_cast<unsigned char>(text.at(0));
  std::size_t used = 1;
  if (length >= 128) {
    length &= 127;
    for (; used < 4; ++used) length = length * 256 + static_cast<unsigned char>(text.at(used));
  }
  text.remove_prefix(used);
  return length;
}

std::multimap<std::string, std::string> pairs_of(std::string_view text) {
  std::multimap<std::string, std::string> pairs;
  while (!text.empty()) {
    const std::size_t name = take_length(text);
    const std::size_t value = take_length(text);
    pairs.emplace(text.substr(0, name), text.substr(name, value));
    text.remove_prefix(name + value);
  }
  return pairs;
}

}  // namespace

SocketServer::SocketServer(const std::string& path, std::function<void(int)> serve)
    : SocketServer(listening(path), std::move(serve)) {}

SocketServer::SocketServer(int listener, std::function<void(int)> serve)
    : serve_(std::move(serve)), listener_(listener), acceptor_([this] { accept_all(); }) {}

SocketServer::~SocketServer() {
  stop_accepting();
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  connections_.clear();
}

void SocketServer::stop_accepting() {
  if (!acceptor_.joinable()) return;
  shutdown(listener_, SHUT_RDWR);  // accept() returns
  acceptor_.join();
  close(listener_);
}

void SocketServer::accept_all() {
  for (int fd = 0; (fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
    ++accepted_;
    {
      const std::lock_guard lock(mutex_);
      open_.insert(fd);
    }
    connections_.emplace_back([this, fd] { serve_one(fd); });
  }
}

void SocketServer::serve_one(int fd) {
  serve_(fd);
  const std::lock_guard lock(mutex_);
  open_.erase(fd);
  close(fd);
}

Application::Application(const std::string& path)
    : reply_(echoed), server_(path, [this](int fd) { serve(fd); }) {}

void Application::answers(std::function<std::string(const AppRequest&)> reply) {
  const std::lock_guard lock(mutex_);
  reply_ = std::move(reply);
}

void Application::serve(int fd) {
  const auto request = read_request(fd);
  if (!request) return;
  ++requests_;
  std::string response;
  {
    const std::lock_guard lock(mutex_);
    response = reply_(*request);
  }
  // The connection ends with the answer. nginx 1.29.7 and later keep those of an application that does not
  // say so, and a POST that finds one closed is a 502.
  if (response.find("\r\nConnection:") == std::string::npos) {
    response.insert(response.find("\r\n"), "\r\nConnection: close");
  }
  write_all(fd, "HTTP/1.1 " + response);
}

Relay::Relay(const std::string& path, std::string gateway)
    : gateway_(std::move(gateway)), server_(path, [this](int fd) { serve(fd); }) {}

std::string Relay::seen() {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void Relay::serve(int client) {
  const sockaddr_un address = address_of(gateway_);
  const int gateway = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool open = connect(gateway, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  while (open) {
    std::array<pollfd, 2> both = {pollfd{client, POLLIN, 0}, pollfd{gateway, POLLIN, 0}};
    poll(both.data(), both.size(), -1);
    const bool from_client = both[0].revents != 0;
    const std::string data = read_some(from_client ? client : gateway);
    if (from_client) {
      const std::lock_guard lock(mutex_);
      seen_ += data;
    }
    open = !data.empty() && write_all(from_client ? gateway : client, data);
  }
  close(gateway);
}

CannedGateway::CannedGateway(const std::string& path, std::string response)
    : response_(std::move(response)), server_(path, [this](int fd) { serve(fd); }) {}

std::multimap<std::string, std::string> CannedGateway::params() {
  const std::lock_guard lock(mutex_);
  return params_;
}

void CannedGateway::serve(int fd) {
  std::string data;
  std::string params;
  bool keep = false;
  while (const auto record = read_record(fd, data)) {
    if (record->type == kBeginRequest) keep = (record->content.at(2) & 1) != 0;
    if (record->type == kParams) params += record->content;
    if (record->type != kStdin || !record->content.empty()) continue;
    {
      const std::lock_guard lock(mutex_);
      params_ = pairs_of(params);
    }
    params.clear();
    std::string answer;
    for (std::size_t at = 0; at < response_.size(); at += 32768)
      answer += written(6, response_.substr(at, 32768));
    if (!write_all(fd, answer + written(6, "") + written(3, std::string(8, '\0'))) || !keep) return;
  }
}

}  // namespace session::test
