#include "gateway/transport/http/codec.h"

#include <utility>

#include "gateway/transport/http/http_request.h"
#include "gateway/transport/pieces.h"

namespace session::gateway {
namespace {

// More than this is given back to the system with the request.
constexpr std::size_t kKeptCapacity = std::size_t{8} << 10;

void clear(std::string& text) {
  text.clear();
  if (text.capacity() > kKeptCapacity) text.shrink_to_fit();
}

// A status line, without the name of the status, and all headers that the codec itself adds.
constexpr std::size_t kMaxOwnHeaders = 256;

}  // namespace

Codec::Outcome HttpCodec::feed(std::string_view received) {
  if (pending_.empty()) {
    const Outcome outcome = read(received);
    if (outcome != Outcome::refused) pending_ = received;
    return outcome;
  }
  if (!received.empty()) {
    pending_.erase(0, taken_of_pending_);
    taken_of_pending_ = 0;
    pending_.append(received);
  }
  std::string_view rest = std::string_view(pending_).substr(taken_of_pending_);
  const Outcome outcome = read(rest);
  taken_of_pending_ = pending_.size() - rest.size();
  if (rest.empty() || outcome == Outcome::refused) {
    clear(pending_);
    taken_of_pending_ = 0;
  }
  return outcome;
}

// Takes from the input what belongs to the request, and leaves the rest.
Codec::Outcome HttpCodec::read(std::string_view& input) {
  if (stage_ == Stage::head) {
    const Outcome outcome = read_head(input);
    if (stage_ != Stage::body) return outcome;
  }
  return read_body(input);
}

Codec::Outcome HttpCodec::read_head(std::string_view& input) {
  const std::string_view block = input.substr(0, limits_.head_bytes);
  switch (scan_.feed(block)) {
    case HeadScan::Outcome::malformed:
      return refuse_malformed("a header block that parsers read in different ways");
    case HeadScan::Outcome::need_more:
      if (input.size() < limits_.head_bytes) return Outcome::need_more;
      return refuse({431, "too-large", "The header block exceeds its size limit."},
                    "a header block over its limit of 48 KiB");
    case HeadScan::Outcome::complete:
      break;
  }
  head_ = input.substr(0, scan_.size());
  input.remove_prefix(scan_.size());
  if (!parser_.parse_head(head_)) return refuse_malformed("a malformed HTTP request");
  const HttpHead& head = parser_.head();
  is_1_1_ = head.is_1_1;
  is_head_ = head.method == "HEAD";
  if (const auto objection = objection_to(head)) return refuse(*objection, "an HTTP request that is refused");
  taken_ = head_.size();
  keep_ = parser_.keep_alive();
  return begin_body();
}

Codec::Outcome HttpCodec::begin_body() {
  const auto length = parser_.content_length();
  if (taken_ > limits_.request_bytes || (length && *length > limits_.request_bytes - taken_))
    return refuse_too_large();
  stage_ = Stage::body;
  if (parser_.whole()) return Outcome::need_more;
  const HttpHead& head = parser_.head();
  takes_body_ = routes_().find(listener_, head.method, head.target).takes_body;
  if (expects_continue(head)) reply_ = "HTTP/1.1 100 Continue\r\n\r\n";
  return Outcome::need_more;
}

// A request that is not whole at its limit is over it.
Codec::Outcome HttpCodec::read_body(std::string_view& input) {
  if (!parser_.whole()) {
    const std::string_view allowed = input.substr(0, limits_.request_bytes - taken_);
    const auto taken = parser_.feed_body(allowed, takes_body_ ? &body_ : nullptr);
    if (!taken) return refuse_malformed("a malformed body of an HTTP request");
    input.remove_prefix(*taken);
    taken_ += *taken;
    if (!parser_.whole() && taken_ == limits_.request_bytes) return refuse_too_large();
    if (!parser_.whole()) return Outcome::need_more;
  }
  return whole();
}

// The route is found now, and not with the head: a reload may have come between, and whoever waits for it
// relies on the new configuration.
Codec::Outcome HttpCodec::whole() {
  const HttpHead& head = parser_.head();
  const HttpRoute route = routes_().find(listener_, head.method, head.target);
  request_.emplace(request_of(head, route, peer_));
  request_->body = std::exchange(body_, {});
  is_check_ = request_->settings.endpoint() == "auth";
  reply_.clear();  // nobody waits for a 100 any more
  stage_ = Stage::whole;
  return Outcome::whole;
}

Codec::Outcome HttpCodec::refuse(Refusal refusal, const char* why) {
  refusal_ = refusal;
  why_ = why;
  keep_ = false;
  return Outcome::refused;
}

Codec::Outcome HttpCodec::refuse_malformed(const char* why) {
  return refuse({400, "bad-request", "This is not a request of HTTP/1.1."}, why);
}

Codec::Outcome HttpCodec::refuse_too_large() {
  return refuse({413, "too-large", "The request exceeds its size limit."}, "");
}

void HttpCodec::append_response(std::string& out, const Response& response) {
  const int status = is_check_ && response.status == 204 ? 200 : response.status;
  const std::string_view reason = reason_phrase(status);
  const std::string_view headers = response.headers.lines();
  const std::size_t start = out.size();
  out.resize(start + kMaxOwnHeaders + reason.size() + headers.size() + response.body.size());
  Pieces pieces(out.data() + start, out.size() - start);
  pieces.put("HTTP/1.1 ");
  pieces.put_number(static_cast<std::size_t>(status));
  pieces.put(" ");
  pieces.put(reason);
  pieces.put("\r\n");
  pieces.put(date_.now());
  pieces.put(headers);
  if (status != 204 && !is_head_) {
    pieces.put("Content-Length: ");
    pieces.put_number(response.body.size());
    pieces.put("\r\n");
  }
  if (!keep_) pieces.put("Connection: close\r\n");
  if (keep_ && !is_1_1_) pieces.put("Connection: keep-alive\r\n");
  pieces.put("\r\n");
  if (!is_head_) pieces.put(response.body);  // the peer would take it for the next answer
  out.resize(out.size() - pieces.left());
  request_.reset();
  parser_.clear();
  clear(head_);
  scan_.reset();
  stage_ = Stage::head;
  is_check_ = is_head_ = false;
  is_1_1_ = true;
}

}  // namespace session::gateway
