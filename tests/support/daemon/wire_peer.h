#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/fastcgi_records.h"

namespace session::gateway::test {

struct Record {
  unsigned type = 0;
  std::uint16_t id = 0;
  std::string content;
};

// One answer: STDOUT, its end, and END_REQUEST, all under one id.
struct Answer {
  std::uint16_t id = 0;
  int status = 0;
  std::string headers;  // lines, each ended by CR LF
  std::string body;
  std::string content;  // all of STDOUT

  // The value of the only header of that name; empty if there is none. Throws if there are several.
  [[nodiscard]] std::string header(std::string_view name) const;
  // The value of the cookie that it sets; empty if it sets none.
  [[nodiscard]] std::string cookie() const;
};

// A web server's end of one connection, over a raw socket. What does not come or go within a generous time,
// and what is not FastCGI, fails the test by an exception: on any thread, one at a time.
class Peer {
 public:
  // Takes the connected socket.
  explicit Peer(int descriptor);
  ~Peer();
  Peer(Peer&& other) noexcept;
  Peer& operator=(Peer&&) = delete;

  void send(std::string_view bytes);
  // Sends what the other end takes; false if it has gone away.
  bool try_send(std::string_view bytes);
  // Sends, without waiting, as much as there is room for; returns how much that was.
  std::size_t send_what_fits(std::string_view bytes);
  void half_close();

  [[nodiscard]] Record read_record();
  [[nodiscard]] Answer read_answer();
  [[nodiscard]] Answer ask(std::string_view request) {
    send(request);
    return read_answer();
  }
  // The same by HTTP; content is the head and the body. A body has a Content-Length, unless the request was a
  // HEAD.
  [[nodiscard]] Answer read_http(bool to_head = false);
  [[nodiscard]] Answer ask_http(std::string_view request) {
    send(request);
    return read_http(request.starts_with("HEAD "));
  }
  // Everything up to the end of the stream, or up to a reset.
  [[nodiscard]] std::string read_to_end();
  // Whether it was closed without a further byte.
  [[nodiscard]] bool ended() { return read_to_end().empty(); }
  // Whether the other end has closed, whatever may still lie here unread; waits for it.
  [[nodiscard]] bool hung_up();
  // The same of this moment.
  [[nodiscard]] bool has_hung_up() const;

 private:
  [[nodiscard]] std::string read_exactly(std::size_t size);
  int descriptor_;
};

// Params of a request for an endpoint, as nginx would send them.
[[nodiscard]] Pairs asking(const std::string& endpoint, const std::string& method = "GET",
                           const Pairs& more = {});

// A request by HTTP. `fields`: lines, each ended by CR LF. One with a body says its length.
[[nodiscard]] std::string http_request(const std::string& method, const std::string& target,
                                       const std::string& fields = {}, const std::string& body = {});

[[nodiscard]] inline std::string health(std::uint16_t id = 1, bool keep = true) {
  return request(id, asking("health"), {}, keep);
}

}  // namespace session::gateway::test
