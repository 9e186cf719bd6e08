#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/record/session_event.h"

namespace session::gateway {

// Header lines of an answer, rendered as they are added. Not thread-safe.
class Headers {
 public:
  // Adds "Name: value". CR, LF and NUL become spaces: they would end the line, and let a value add headers of
  // its own.
  Headers& add(std::string_view name, std::string_view value);
  // Adds whole lines, each ended by CR LF. REQUIRES: they were rendered with the same care
  // (Identity::headers).
  Headers& add_lines(std::string_view lines) {
    lines_.append(lines);
    return *this;
  }
  // Makes room for that many bytes of lines at once.
  void reserve(std::size_t bytes) { lines_.reserve(bytes); }

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

  // Of `auth`, if the request wants it: whose session may pass, written as identity headers are; empty: the
  // session is nobody's.
  std::string subject = {};

  // For the operator; never sent (gateway/telemetry/request_log.h).
  std::string_view reason = {};  // static text: why it is no success, as X-Session-Reason says
  std::vector<SessionEvent> events = {};
};

// What a status is called (RFC 9110, section 15). Static text; "Status" for one that the gateway does not
// send.
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace session::gateway
