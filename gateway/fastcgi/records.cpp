#include "gateway/fastcgi/records.h"

namespace session::gateway {

void append_record(std::string& out, unsigned char type, std::uint16_t id, std::string_view content) {
  const auto padding = static_cast<unsigned char>((8 - content.size() % 8) % 8);
  const char header[FCGI_HEADER_LEN] = {static_cast<char>(FCGI_VERSION_1),
                                        static_cast<char>(type),
                                        static_cast<char>(id >> 8),
                                        static_cast<char>(id & 0xff),
                                        static_cast<char>(content.size() >> 8),
                                        static_cast<char>(content.size() & 0xff),
                                        static_cast<char>(padding),
                                        0};
  out.append(header, sizeof header).append(content).append(padding, '\0');
}

void append_end_request(std::string& out, std::uint16_t id, unsigned char protocol_status) {
  const char body[8] = {0, 0, 0, 0, static_cast<char>(protocol_status), 0, 0, 0};
  append_record(out, FCGI_END_REQUEST, id, {body, sizeof body});
}

void append_response(std::string& out, std::uint16_t id, const Response& response) {
  std::string cgi;
  cgi.reserve(256 + response.headers.lines().size() + response.body.size());
  append_cgi(cgi, response);
  out.reserve(out.size() + cgi.size() + 64);
  std::string_view text = cgi;
  while (!text.empty()) {
    append_record(out, FCGI_STDOUT, id, text.substr(0, kMaxContent));
    text.remove_prefix(text.size() < kMaxContent ? text.size() : kMaxContent);
  }
  append_record(out, FCGI_STDOUT, id, {});
  append_end_request(out, id, FCGI_REQUEST_COMPLETE);
}

}  // namespace session::gateway
