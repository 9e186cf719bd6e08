#include "gateway/client/http_answer.h"

#include <cstdint>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace session::gateway {
namespace {

namespace http = boost::beast::http;

// The header block, and a line of a chunk's length, which has no other limit.
constexpr std::uint32_t kMaxLineBytes = 64U << 10;

}  // namespace

class HttpAnswer::Parser {
 public:
  explicit Parser(std::size_t max_bytes) : max_bytes_(max_bytes) {
    parser_.header_limit(kMaxLineBytes);
    parser_.body_limit(max_bytes);
    parser_.eager(true);
  }

  State feed(std::string_view bytes) {
    if (bytes.size() > max_bytes_ - received_) return State::too_large;
    received_ += bytes.size();
    unread_.append(bytes);
    boost::beast::error_code error;
    unread_.erase(0, parser_.put(boost::asio::buffer(unread_.data(), unread_.size()), error));
    if (error == http::error::body_limit || error == http::error::buffer_overflow) return State::too_large;
    if (error && error != http::error::need_more) return State::malformed;
    if (parser_.is_done()) return State::complete;
    return unread_.size() > kMaxLineBytes ? State::malformed : State::incomplete;
  }

  [[nodiscard]] ClientAnswer answer() const {
    const auto& message = parser_.get();
    const auto reason = message["X-Session-Reason"];
    return {static_cast<int>(message.result_int()), std::string(reason.data(), reason.size()),
            message.body()};
  }

 private:
  std::size_t max_bytes_;
  std::size_t received_ = 0;
  std::string unread_;  // what Beast waits for the rest of
  http::response_parser<http::string_body> parser_;
};

std::string http_request(std::string_view host, std::string_view path, std::string_view secret,
                         std::string_view method, std::string_view body) {
  std::string request(method);
  request.append(" ")
      .append(path)
      .append(" HTTP/1.1\r\nHost: ")
      .append(host)
      .append("\r\nConnection: close\r\n");
  if (!secret.empty()) request.append("X-Gateway-Secret: ").append(secret).append("\r\n");
  if (!body.empty()) request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  return request.append("\r\n").append(body);
}

HttpAnswer::HttpAnswer(std::size_t max_bytes) : parser_(std::make_unique<Parser>(max_bytes)) {}
HttpAnswer::~HttpAnswer() = default;

HttpAnswer::State HttpAnswer::feed(std::string_view bytes) { return parser_->feed(bytes); }

Result<ClientAnswer, std::string> HttpAnswer::answer() const {
  ClientAnswer answer = parser_->answer();
  if (answer.status < 200 || answer.status > 599) return std::string("answered without a status");
  return answer;
}

}  // namespace session::gateway
