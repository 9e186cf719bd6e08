#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/session_event.h"

namespace session::gateway {

// Header lines of an answer, rendered as they are added.
class Headers {
 public:
  // Adds "Name: value". Bytes that would end the line, and so let a value add headers of its own, become
  // spaces.
  Headers& add(std::string_view name, std::string_view value);
  // Adds whole lines, each ended by CR LF. REQUIRES: they were rendered with the same care
  // (Identity::headers).
  Headers& add_lines(std::string_view lines) {
    lines_.reserve(lines_.size() + lines.size() + 256);
    lines_.append(lines);
    return *this;
  }

  // The first value of that name, compared without regard to case; empty if there is none.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] const std::string& lines() const { return lines_; }

 private:
  [[nodiscard]] std::string_view find(std::string_view name) const;
  std::string lines_;
};

// One answer, as a value.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;

  // What is not sent, but told to the operator (gateway/telemetry/request_log.h).
  std::string_view reason = {};  // static text: why it is no success, as X-Session-Reason says
  std::vector<SessionEvent> events = {};
};

// Appends the answer as FastCGI wants it on STDOUT: CGI headers (RFC 3875, section 6), an empty line, the
// body.
void append_cgi(std::string& out, const Response& response);

}  // namespace session::gateway
