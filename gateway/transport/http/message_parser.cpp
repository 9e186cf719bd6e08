#include "gateway/transport/http/message_parser.h"

#include <new>

// Beast's own code has a pair of operators that GCC 12 takes for mismatched.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace session::gateway {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

// Hands out what Beast finds. Fields behind a chunked body (trailers) are dropped: nothing may be said there.
class Sink final : public http::basic_parser<true> {
 public:
  Sink(HttpHead& head, std::string*& body) : head_(head), body_(body) {
    body_limit(boost::none);  // the caller counts what it passes on
    header_limit(UINT32_MAX);
    eager(true);
  }

 private:
  void on_request_impl(http::verb, boost::beast::string_view method, boost::beast::string_view target,
                       int version, error_code& ec) override {
    ec = {};
    head_.method = view(method);
    head_.target = view(target);
    head_.is_1_1 = version == 11;
  }
  void on_response_impl(int, boost::beast::string_view, int, error_code& ec) override { ec = {}; }
  void on_field_impl(http::field, boost::beast::string_view name, boost::beast::string_view value,
                     error_code& ec) override {
    ec = {};
    if (!in_body_) head_.fields.push_back({view(name), view(value)});
  }
  void on_header_impl(error_code& ec) override {
    ec = {};
    in_body_ = true;
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code& ec) override { ec = {}; }
  std::size_t on_body_impl(boost::beast::string_view body, error_code& ec) override { return take(body, ec); }
  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, error_code& ec) override { ec = {}; }
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view body, error_code& ec) override {
    return take(body, ec);
  }
  void on_finish_impl(error_code& ec) override { ec = {}; }

  std::size_t take(boost::beast::string_view body, error_code& ec) {
    ec = {};
    if (body_ != nullptr) body_->append(body.data(), body.size());
    return body.size();
  }

  HttpHead& head_;
  std::string*& body_;
  bool in_body_ = false;
};

}  // namespace

class MessageParser::Parser {
 public:
  // Beast parses one message with one object.
  void start() {
    head.method = head.target = {};
    head.fields.clear();
    sink.emplace(head, body);
  }
  // Returns how much was taken; nullopt: malformed.
  std::optional<std::size_t> put(std::string_view bytes) {
    error_code error;
    const std::size_t taken = sink->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (error && error != http::error::need_more) return std::nullopt;
    return taken;
  }

  HttpHead head;
  std::string* body = nullptr;
  std::optional<Sink> sink;
};

MessageParser::MessageParser() : parser_(std::make_unique<Parser>()) {}
MessageParser::~MessageParser() = default;

bool MessageParser::parse_head(std::string_view block) {
  parser_->start();
  const auto taken = parser_->put(block);
  return taken && *taken == block.size() && parser_->sink->is_header_done();
}

const HttpHead& MessageParser::head() const { return parser_->head; }
bool MessageParser::keep_alive() const { return parser_->sink->keep_alive(); }
bool MessageParser::whole() const { return parser_->sink->is_done(); }

std::optional<std::uint64_t> MessageParser::content_length() const {
  const auto length = parser_->sink->content_length();
  if (!length) return std::nullopt;
  return *length;
}

std::optional<std::size_t> MessageParser::feed_body(std::string_view bytes, std::string* to) {
  parser_->body = to;
  return parser_->put(bytes);
}

}  // namespace session::gateway
#pragma GCC diagnostic pop
