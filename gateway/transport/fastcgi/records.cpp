#include "gateway/transport/fastcgi/records.h"

#include <algorithm>
#include <cstring>

#include "core/base/text.h"
#include "gateway/transport/pieces.h"

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

constexpr std::size_t kMaxStatusLine = 64;

// Writes the status line of CGI headers (RFC 3875, section 6.3.3); returns its size.
std::size_t write_status_line(char* line, int status) {
  Pieces pieces(line, kMaxStatusLine);
  pieces.put("Status: ");
  pieces.put_number(static_cast<std::size_t>(status));
  pieces.put(" ");
  pieces.put(reason_phrase(status));
  pieces.put("\r\n");
  return kMaxStatusLine - pieces.left();
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

// The answer are CGI headers (RFC 3875, section 6), an empty line, and the body.
void append_response(std::string& out, std::uint16_t id, const Response& response) {
  constexpr std::string_view kEndOfHeaders = "\r\n";
  char line[kMaxStatusLine];
  const std::string_view status(line, write_status_line(line, response.status));
  const std::string_view headers = response.headers.lines();
  const std::size_t size = status.size() + headers.size() + kEndOfHeaders.size() + response.body.size();
  if (size > kMaxContent) {
    const std::string whole = std::string(status).append(headers).append(kEndOfHeaders) + response.body;
    for (std::string_view rest = whole; !rest.empty();
         rest.remove_prefix(std::min(rest.size(), kMaxContent))) {
      append_record(out, FCGI_STDOUT, id, rest.substr(0, kMaxContent));
    }
    append_record(out, FCGI_STDOUT, id, {});
    return append_end_request(out, id, FCGI_REQUEST_COMPLETE);
  }
  constexpr std::size_t kEnd = std::size_t{3} * FCGI_HEADER_LEN;  // end of the stream, and of the request
  const std::size_t start = out.size();
  out.resize(start + FCGI_HEADER_LEN + size + padding_of(size) + kEnd);  // which are zeros
  Pieces pieces(out.data() + start, out.size() - start);
  write_header(pieces.skip(FCGI_HEADER_LEN), FCGI_STDOUT, id, size);
  pieces.put(status);
  pieces.put(headers);
  pieces.put(kEndOfHeaders);
  pieces.put(response.body);
  (void)pieces.skip(padding_of(size));
  write_header(pieces.skip(FCGI_HEADER_LEN), FCGI_STDOUT, id, 0);
  write_header(pieces.skip(FCGI_HEADER_LEN), FCGI_END_REQUEST, id, FCGI_HEADER_LEN);
}

void append_authorizer_response(std::string& out, std::uint16_t id, const Response& response) {
  if (response.status != 204) return append_response(out, id, response);
  append_response(out, id, Response{200, authorized_headers(response), {}});
}

}  // namespace session::gateway
