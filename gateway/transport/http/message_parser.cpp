#include "gateway/transport/http/message_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace session::gateway {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

// More fields than a browser sends through a front.
constexpr std::size_t kKeptFields = 64;

// Hands out what Beast finds in a head. Bodies are not Beast's.
class Sink final : public http::basic_parser<true> {
 public:
  explicit Sink(HttpHead& head) : head_(head) {
    body_limit(boost::none);  // the caller counts
    header_limit(UINT32_MAX);
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
    head_.fields.push_back({view(name), view(value)});
  }
  void on_header_impl(error_code& ec) override { ec = {}; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code& ec) override { ec = {}; }
  std::size_t on_body_impl(boost::beast::string_view, error_code& ec) override { return no_body(ec); }
  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, error_code& ec) override {
    (void)no_body(ec);
  }
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view, error_code& ec) override {
    return no_body(ec);
  }
  void on_finish_impl(error_code& ec) override { ec = {}; }

  static std::size_t no_body(error_code& ec) {
    ec = http::error::unexpected_body;
    return 0;
  }

  HttpHead& head_;
};

}  // namespace

class MessageParser::Parser {
 public:
  // Beast parses one message with one object. Returns whether the block is a head.
  bool parse(std::string_view block) {
    clear();
    sink.emplace(head);
    error_code error;
    const std::size_t taken = sink->put(boost::asio::buffer(block.data(), block.size()), error);
    if (error && error != http::error::need_more) return false;
    return taken == block.size() && sink->is_header_done();
  }
  void clear() {
    head.method = head.target = {};
    head.fields.clear();
    if (head.fields.capacity() > kKeptFields) head.fields.shrink_to_fit();
  }

  HttpHead head;
  std::optional<Sink> sink;
};

MessageParser::MessageParser() : parser_(std::make_unique<Parser>()) {}
MessageParser::~MessageParser() = default;

bool MessageParser::parse_head(std::string_view block) {
  clear();
  if (!parser_->parse(block)) return false;
  if (parser_->sink->chunked()) chunks_.emplace();
  left_ = content_length().value_or(0);
  return true;
}

void MessageParser::clear() {
  parser_->clear();
  chunks_.reset();
  left_ = 0;
}

const HttpHead& MessageParser::head() const { return parser_->head; }
bool MessageParser::keep_alive() const { return parser_->sink->keep_alive(); }
bool MessageParser::whole() const { return chunks_ ? chunks_->whole() : left_ == 0; }

std::optional<std::uint64_t> MessageParser::content_length() const {
  const auto length = parser_->sink->content_length();
  if (!length) return std::nullopt;
  return *length;
}

std::optional<std::size_t> MessageParser::feed_body(std::string_view bytes, std::string* to) {
  if (chunks_) return chunks_->feed(bytes, to);
  const std::string_view body = bytes.substr(0, left_);
  if (to != nullptr) to->append(body);
  left_ -= body.size();
  return body.size();
}

}  // namespace session::gateway
