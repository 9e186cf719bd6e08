#include "tests/support/daemon/wire_peer.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

#include "tests/support/e2e/log_secrets.h"

namespace session::gateway::test {
namespace {

constexpr int kGenerousSeconds = 60;

[[noreturn]] void in_vain(const std::string& what) { throw std::runtime_error("waited in vain: " + what); }

void require(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error("a broken answer: " + what);
}

}  // namespace

std::string Answer::header(std::string_view name) const {
  const std::string start = std::string(name) + ": ";
  std::string found;
  int count = 0;
  for (std::size_t at = 0; at < headers.size(); at = headers.find("\r\n", at) + 2) {
    if (headers.compare(at, start.size(), start) != 0) continue;
    ++count;
    found = headers.substr(at + start.size(), headers.find("\r\n", at) - at - start.size());
  }
  require(count <= 1, "several headers " + std::string(name));
  return found;
}

std::string Answer::cookie() const {
  const std::string line = header("Set-Cookie");
  const auto equals = line.find('=');
  return equals == std::string::npos ? "" : line.substr(equals + 1, line.find(';') - equals - 1);
}

Peer::Peer(int descriptor) : descriptor_(descriptor) {
  const timeval generous{kGenerousSeconds, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &generous, sizeof generous);
  ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &generous, sizeof generous);
}

Peer::~Peer() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Peer::Peer(Peer&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

bool Peer::try_send(std::string_view bytes) {
  session::test::keep_native_cookies_out_of_logs(bytes);
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return false;
    if (sent < 0) in_vain("to send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Peer::send(std::string_view bytes) {
  if (!try_send(bytes)) throw std::runtime_error("the gateway closed the connection");
}

std::size_t Peer::send_what_fits(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const auto sent =
        ::send(descriptor_, bytes.data() + taken, bytes.size() - taken, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent <= 0) break;
    taken += static_cast<std::size_t>(sent);
  }
  return taken;
}

void Peer::half_close() { ::shutdown(descriptor_, SHUT_WR); }

std::string Peer::read_exactly(std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const auto got = ::recv(descriptor_, bytes.data() + have, size - have, 0);
    if (got < 0 && errno == EAGAIN) in_vain("bytes of an answer");
    if (got <= 0) throw std::runtime_error("the stream ended inside an answer");
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

Record Peer::read_record() {
  const std::string head = read_exactly(8);
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(head[i]); };
  require(at(0) == 1, "a record of another version");
  Record record{at(1), static_cast<std::uint16_t>(at(2) << 8 | at(3)), {}};
  const std::size_t size = static_cast<std::size_t>(at(4)) << 8 | at(5);
  record.content = read_exactly(size + at(6)).substr(0, size);
  return record;
}

Answer Peer::read_answer() {
  Answer answer;
  Record record = read_record();
  answer.id = record.id;
  while (record.type == kStdout && !record.content.empty()) {
    answer.content += record.content;
    record = read_record();
    require(record.id == answer.id, "records of two requests");
  }
  require(record.type == kStdout, "no end of STDOUT");
  const Record end = read_record();
  require(end.type == kEnd && end.id == answer.id, "no END_REQUEST");
  require(end.content == std::string(8, '\0'), "a request that failed");
  require(answer.content.starts_with("Status: "), "no status");
  answer.status = std::stoi(answer.content.substr(8, 3));
  const auto first = answer.content.find("\r\n") + 2;
  const auto empty = answer.content.find("\r\n\r\n");
  require(empty != std::string::npos, "headers without an end");
  answer.headers = answer.content.substr(first, empty + 2 - first);
  answer.body = answer.content.substr(empty + 4);
  session::test::keep_cookie_out_of_logs(answer.cookie());
  return answer;
}

Answer Peer::read_http(bool to_head) {
  Answer answer;
  while (!answer.content.ends_with("\r\n\r\n")) answer.content += read_exactly(1);
  require(answer.content.starts_with("HTTP/1.1 "), "no status line");
  answer.status = std::stoi(answer.content.substr(9, 3));
  answer.headers = answer.content.substr(answer.content.find("\r\n") + 2);
  answer.headers.resize(answer.headers.size() - 2);
  const std::string length = answer.header("Content-Length");
  const bool none = to_head || answer.status == 204 || answer.status == 100;
  require(none == length.empty(), "no Content-Length, or one too many");
  if (!none) answer.body = read_exactly(std::stoul(length));
  answer.content += answer.body;
  return answer;
}

std::string Peer::read_to_end() {
  std::string all;
  char piece[4096];
  for (;;) {
    const auto got = ::recv(descriptor_, piece, sizeof piece, 0);
    if (got < 0 && errno == EAGAIN) in_vain("the end of a connection");
    if (got <= 0) return all;
    all.append(piece, static_cast<std::size_t>(got));
  }
}

bool Peer::hung_up() {
  pollfd poll{descriptor_, POLLRDHUP, 0};
  return ::poll(&poll, 1, kGenerousSeconds * 1000) == 1;
}

bool Peer::has_hung_up() const {
  pollfd poll{descriptor_, POLLRDHUP, 0};
  return ::poll(&poll, 1, 0) == 1;
}

std::string http_request(const std::string& method, const std::string& target, const std::string& fields,
                         const std::string& body) {
  const std::string length = body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return method + " " + target + " HTTP/1.1\r\nHost: gateway.test\r\n" + fields + length + "\r\n" + body;
}

Pairs asking(const std::string& endpoint, const std::string& method, const Pairs& more) {
  Pairs pairs = {{"GATEWAY_ENDPOINT", endpoint},
                 {"REQUEST_METHOD", method},
                 {"REQUEST_URI", "/some/where?x=y"},
                 {"SERVER_PROTOCOL", "HTTP/1.1"},
                 {"HTTP_HOST", "gateway.test"}};
  pairs.insert(pairs.end(), more.begin(), more.end());
  return pairs;
}

}  // namespace session::gateway::test
