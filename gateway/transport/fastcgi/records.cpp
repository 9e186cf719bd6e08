#include "gateway/transport/fastcgi/records.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/base/text.h"

namespace session::gateway {

namespace {

unsigned char padding_of(std::size_t content) { return static_cast<unsigned char>((8 - content % 8) % 8); }

void write_header(char* at, unsigned char type, std::uint16_t id, std::size_t content) {
  const char header[FCGI_HEADER_LEN] = {static_cast<char>(FCGI_VERSION_1),
                                        static_cast<char>(type),
                                        static_cast<char>(id >> 8),
                                        static_cast<char>(id & 0xff),
                                        static_cast<char>(content >> 8),
                                        static_cast<char>(content & 0xff),
                                        static_cast<char>(padding_of(content)),
                                        0};
  std::memcpy(at, header, sizeof header);
}

// Appends the answer as CGI headers (RFC 3875, section 6), an empty line, and the body.
void append_cgi(std::string& out, const Response& response) {
  // Written behind each other into one buffer: a call of append() for each piece would cost more than these.
  char line[64];
  char* end = line;
  const auto put = [&end](std::string_view text) {
    std::memcpy(end, text.data(), text.size());
    end += text.size();
  };
  put("Status: ");
  end = std::to_chars(end, line + sizeof line, response.status).ptr;
  put(" ");
  put(reason_phrase(response.status));
  put("\r\n");
  out.append(line, static_cast<std::size_t>(end - line)).append(response.headers.lines());
  out.append("\r\n", 2).append(response.body);
}

// The headers of a yes: what the browser gets, and variables.
Headers authorized_headers(const Response& response) {
  Headers headers;
  std::string_view rest = response.headers.lines();
  while (!rest.empty()) {
    const std::size_t size = rest.find("\r\n") + 2;
    const std::string_view line = rest.substr(0, size);
    rest.remove_prefix(size);
    const std::string_view name = line.substr(0, line.find(':'));
    if (equal_ignoring_case(name, "Cache-Control")) continue;
    const bool is_browsers = equal_ignoring_case(name, "Set-Cookie");
    headers.add_lines(is_browsers ? std::string(line) : "Variable-" + std::string(line));
  }
  headers.add("Variable-REMOTE_USER", response.subject);
  return headers;
}

}  // namespace

void append_record(std::string& out, unsigned char type, std::uint16_t id, std::string_view content) {
  char header[FCGI_HEADER_LEN];
  write_header(header, type, id, content.size());
  out.append(header, sizeof header).append(content).append(padding_of(content.size()), '\0');
}

void append_end_request(std::string& out, std::uint16_t id, unsigned char protocol_status) {
  char record[2 * FCGI_HEADER_LEN] = {};
  write_header(record, FCGI_END_REQUEST, id, FCGI_HEADER_LEN);
  record[FCGI_HEADER_LEN + 4] = static_cast<char>(protocol_status);
  out.append(record, sizeof record);
}

void append_response(std::string& out, std::uint16_t id, const Response& response) {
  constexpr std::size_t kOthers = 128;  // status line, record headers, paddings
  out.reserve(out.size() + kOthers + response.headers.lines().size() + response.body.size());
  // Written in place behind a header that is filled in afterwards; only what is too long for one record is
  // copied.
  const std::size_t start = out.size();
  out.append(FCGI_HEADER_LEN, '\0');
  append_cgi(out, response);
  const std::size_t size = out.size() - start - FCGI_HEADER_LEN;
  if (size <= kMaxContent) {
    write_header(out.data() + start, FCGI_STDOUT, id, size);
    out.append(padding_of(size), '\0');
  } else {
    const std::string whole = out.substr(start + FCGI_HEADER_LEN);
    out.resize(start);
    for (std::string_view rest = whole; !rest.empty();
         rest.remove_prefix(std::min(rest.size(), kMaxContent))) {
      append_record(out, FCGI_STDOUT, id, rest.substr(0, kMaxContent));
    }
  }
  char end_of_stream[FCGI_HEADER_LEN];
  write_header(end_of_stream, FCGI_STDOUT, id, 0);
  out.append(end_of_stream, sizeof end_of_stream);
  append_end_request(out, id, FCGI_REQUEST_COMPLETE);
}

void append_authorizer_response(std::string& out, std::uint16_t id, const Response& response) {
  if (response.status != 204) return append_response(out, id, response);
  append_response(out, id, Response{200, authorized_headers(response), {}});
}

}  // namespace session::gateway
