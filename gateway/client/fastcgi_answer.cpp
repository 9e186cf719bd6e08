#include "gateway/client/fastcgi_answer.h"

#include <charconv>
#include <cstdint>

#include <fastcgi.h>

#include "core/base/text.h"
#include "gateway/transport/fastcgi/records.h"

namespace session::gateway {
namespace {

constexpr std::uint16_t kId = 1;

void append_length(std::string& out, std::size_t length) {
  if (length < 128) {
    out += static_cast<char>(length);
    return;
  }
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    out += static_cast<char>((length >> shift & 0xff) | (shift == 24 ? 0x80 : 0));
}

unsigned char byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// Takes the next header line, and leaves the rest. Lines end in LF or CR LF.
std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

void read_header(std::string_view line, ClientAnswer& to) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string name = lower(line.substr(0, colon));
  std::string_view value = line.substr(colon + 1);
  while (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "x-session-reason") to.reason = value;
  if (name == "status") std::from_chars(value.data(), value.data() + value.size(), to.status);
}

}  // namespace

std::string fastcgi_request(const ClientParams& params) {
  constexpr char kBegin[8] = {0, FCGI_RESPONDER, 0, 0, 0, 0, 0, 0};
  std::string pairs;
  for (const auto& [name, value] : params) {
    append_length(pairs, name.size());
    append_length(pairs, value.size());
    pairs.append(name).append(value);
  }
  std::string request;
  append_record(request, FCGI_BEGIN_REQUEST, kId, {kBegin, sizeof kBegin});
  append_record(request, FCGI_PARAMS, kId, pairs);
  append_record(request, FCGI_PARAMS, kId, {});
  append_record(request, FCGI_STDIN, kId, {});
  return request;
}

FastcgiAnswer::State FastcgiAnswer::feed(std::string_view bytes) {
  unread_.append(bytes);
  return take_records();
}

FastcgiAnswer::State FastcgiAnswer::take_records() {
  std::string_view rest = unread_;
  State state = State::incomplete;
  while (state == State::incomplete && rest.size() >= FCGI_HEADER_LEN) {
    if (byte_at(rest, 0) != FCGI_VERSION_1) return State::malformed;
    const std::size_t content = std::size_t{byte_at(rest, 4)} << 8 | byte_at(rest, 5);
    const std::size_t size = FCGI_HEADER_LEN + content + byte_at(rest, 6);
    if (rest.size() < size) break;
    state = take_record(byte_at(rest, 1), rest.substr(FCGI_HEADER_LEN, content));
    rest.remove_prefix(size);
  }
  unread_.erase(0, unread_.size() - rest.size());
  return state;
}

FastcgiAnswer::State FastcgiAnswer::take_record(unsigned char type, std::string_view content) {
  switch (type) {
    case FCGI_STDOUT:
      if (content.size() > max_bytes_ - output_.size()) return State::too_large;
      output_.append(content);
      return State::incomplete;
    case FCGI_STDERR:
      return State::incomplete;
    case FCGI_END_REQUEST:
      return State::complete;
    default:
      return State::malformed;
  }
}

Result<ClientAnswer, std::string> FastcgiAnswer::answer() const {
  ClientAnswer answer;
  std::string_view rest = output_;
  for (auto line = take_line(rest); !line.empty(); line = take_line(rest)) read_header(line, answer);
  if (answer.status < 100 || answer.status > 599) return std::string("answered without a status");
  answer.body = rest;
  return answer;
}

}  // namespace session::gateway
