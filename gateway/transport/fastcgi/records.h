#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <fastcgi.h>

#include "gateway/http/response.h"

namespace session::gateway {

// Largest content of one record (FastCGI 1.0, section 3.3).
inline constexpr std::size_t kMaxContent = FCGI_MAX_LENGTH;

// Appends a record, padded to a multiple of eight bytes. REQUIRES: content of at most kMaxContent bytes.
void append_record(std::string& out, unsigned char type, std::uint16_t id, std::string_view content);

// Appends END_REQUEST with application status 0 and one of FCGI_REQUEST_COMPLETE, FCGI_CANT_MPX_CONN,
// FCGI_OVERLOADED and FCGI_UNKNOWN_ROLE.
void append_end_request(std::string& out, std::uint16_t id, unsigned char protocol_status);

// Appends an answer: CGI headers and body in STDOUT records, the end of that stream, and END_REQUEST.
void append_response(std::string& out, std::uint16_t id, const Response& response);

// The same to a front that asks an authorizer (section 6.3). A 204, the yes of `auth`, is a 200 here, as the
// specification has it. Its headers are the request's variables, so each is named Variable-NAME, and
// Variable-REMOTE_USER has the subject. Set-Cookie is the browser's and stays as it is; Cache-Control is
// about this answer alone, and would replace what the page says of itself. Other answers are the browser's.
void append_authorizer_response(std::string& out, std::uint16_t id, const Response& response);

}  // namespace session::gateway
