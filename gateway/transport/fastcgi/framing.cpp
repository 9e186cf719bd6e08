#include "gateway/transport/fastcgi/framing.h"

#include <cstring>

#include "gateway/transport/fastcgi/params.h"
#include "gateway/transport/fastcgi/records.h"

namespace session::gateway {
namespace {

unsigned byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

std::uint16_t word_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

bool holds(std::string_view text, char c) {
  return !text.empty() && std::memchr(text.data(), c, text.size()) != nullptr;
}

Step violation(const char* why) { return {.kind = Step::Kind::violation, .why = why}; }
Step too_large() { return {.kind = Step::Kind::too_large}; }
Step skip(std::size_t size) { return {.kind = Step::Kind::skip, .size = size}; }

// Ends a request that gets no answer. One in another role than responder gets a 500 before its end: lighttpd
// takes the end of an authorizer's request without output for a yes, whatever its protocol status is.
std::string refusal(std::uint16_t id, unsigned role, unsigned char status) {
  std::string reply;
  if (role != FCGI_RESPONDER) {
    append_record(reply, FCGI_STDOUT, id,
                  "Status: 500 Internal Server Error\r\nCache-Control: no-store\r\n\r\n");
    append_record(reply, FCGI_STDOUT, id, {});
  }
  append_end_request(reply, id, status);
  return reply;
}

std::string unknown_type(unsigned char type) {
  const char body[8] = {static_cast<char>(type), 0, 0, 0, 0, 0, 0, 0};
  std::string reply;
  append_record(reply, FCGI_UNKNOWN_TYPE, FCGI_NULL_REQUEST_ID, {body, sizeof body});
  return reply;
}

// What we say of ourselves (section 4.1); empty if we know no such name.
std::string value_of(std::string_view name, const FramingLimits& limits) {
  if (name == FCGI_MPXS_CONNS) return "0";
  if (name == FCGI_MAX_CONNS || name == FCGI_MAX_REQS) return std::to_string(limits.connections);
  return {};
}

// The answer to GET_VALUES: each name we know once, however often it was asked for; a broken list ends the
// reading.
std::string values_result(std::string_view content, const FramingLimits& limits) {
  std::string answered;
  std::string pairs;
  std::string_view name;
  std::string_view ignored;
  while (take_pair(content, name, ignored)) {
    const std::string value = value_of(name, limits);
    const std::string marked = std::string(name) + "\n";
    if (value.empty() || answered.find(marked) != std::string::npos) continue;
    answered += marked;
    pairs += static_cast<char>(name.size());
    pairs += static_cast<char>(value.size());
    pairs.append(name).append(value);
  }
  std::string reply;
  append_record(reply, FCGI_GET_VALUES_RESULT, FCGI_NULL_REQUEST_ID, pairs);
  return reply;
}

}  // namespace

// Returns whether the length is complete.
bool ParamsCheck::take_length_byte(unsigned char byte) {
  length_ = lengths_have_ == 0 ? byte & 0x7fU : length_ << 8 | byte;
  const bool is_long = lengths_have_ > 0 || byte >= 0x80;
  ++lengths_have_;
  if (is_long && lengths_have_ < 4) return false;
  lengths_have_ = 0;
  return true;
}

ParamsCheck::Verdict ParamsCheck::lengths_known(const FramingLimits& limits) {
  if (name_left_ == 0) return Verdict::malformed;
  // Known to be too much before the bytes come; both are below 2^31.
  if (std::size_t{name_left_} + value_left_ > limits.request_bytes) return Verdict::too_many;
  if (++pairs_ > limits.params) return Verdict::too_many;
  stage_ = Stage::name;
  return Verdict::fine;
}

// Takes what there is of the name or value. False: it holds what it must not.
bool ParamsCheck::take_text(std::string_view& bytes) {
  std::uint32_t& left = stage_ == Stage::name ? name_left_ : value_left_;
  const std::string_view text = bytes.substr(0, left);
  if (holds(text, '\0') || (stage_ == Stage::name && holds(text, '='))) return false;
  left -= static_cast<std::uint32_t>(text.size());
  bytes.remove_prefix(text.size());
  return true;
}

// Takes the pairs that are whole and fine. The state machine takes the rest, and says what is wrong with it.
void ParamsCheck::take_pairs(std::string_view& bytes, const FramingLimits& limits) {
  std::string_view rest = bytes;
  std::string_view name;
  std::string_view value;
  while (pairs_ < limits.params && take_pair(rest, name, value)) {
    const std::string_view pair(name.data(), name.size() + value.size());
    if (name.empty() || pair.size() > limits.request_bytes) return;
    if (holds(pair, '\0') || holds(name, '=')) return;
    ++pairs_;
    bytes = rest;
  }
}

ParamsCheck::Verdict ParamsCheck::feed(std::string_view bytes, const FramingLimits& limits) {
  if (at_boundary()) take_pairs(bytes, limits);
  for (;;) {
    if (stage_ == Stage::name && name_left_ == 0) stage_ = Stage::value;
    if (stage_ == Stage::value && value_left_ == 0) stage_ = Stage::name_length;
    if (bytes.empty()) return Verdict::fine;
    if (stage_ == Stage::name || stage_ == Stage::value) {
      if (!take_text(bytes)) return Verdict::malformed;
      continue;
    }
    const bool complete = take_length_byte(static_cast<unsigned char>(bytes.front()));
    bytes.remove_prefix(1);
    if (!complete) continue;
    if (stage_ == Stage::name_length) {
      name_left_ = length_;
      stage_ = Stage::value_length;
    } else {
      value_left_ = length_;
      if (const Verdict verdict = lengths_known(limits); verdict != Verdict::fine) return verdict;
    }
  }
}

Step Framing::next(std::string_view input) {
  if (input.empty()) return {};
  if (byte_at(input, 0) != FCGI_VERSION_1) return violation("a record of another version");
  if (input.size() < FCGI_HEADER_LEN) return {};
  Header header{static_cast<unsigned char>(input[1]), word_at(input, 2), word_at(input, 4), 0};
  header.size = FCGI_HEADER_LEN + std::size_t{header.content} + byte_at(input, 6);
  const bool ours = stage_ != Stage::idle && header.id == id_;
  if (ours && total_ + header.size > limits_.request_bytes) return too_large();
  if (header.type == FCGI_BEGIN_REQUEST && header.content != 8)
    return violation("a BEGIN_REQUEST of the wrong size");
  if (input.size() < header.size) return {};
  const std::string_view content = input.substr(FCGI_HEADER_LEN, header.content);
  if (header.id == FCGI_NULL_REQUEST_ID || header.type > FCGI_MAXTYPE) return management(header, content);
  if (ours) total_ += header.size;
  return application(header, content);
}

// Drops a record, and says something for it.
Step Framing::answer(std::size_t size, const std::string& reply) {
  reply_ += reply;
  return skip(size);
}

Step Framing::management(const Header& header, std::string_view content) {
  if (header.type == FCGI_GET_VALUES) return answer(header.size, values_result(content, limits_));
  return answer(header.size, unknown_type(header.type));
}

Step Framing::application(const Header& header, std::string_view content) {
  const bool ours = stage_ != Stage::idle && header.id == id_;
  switch (header.type) {
    case FCGI_BEGIN_REQUEST:
      return begin(header, content);
    case FCGI_ABORT_REQUEST:
      return ours ? abort(header) : skip(header.size);
    case FCGI_PARAMS:
      return ours ? params(header, content) : skip(header.size);
    case FCGI_STDIN:
      return ours ? body(header) : skip(header.size);
    case FCGI_DATA:
      return skip(header.size);  // for the filter role; a responder has no use for it
    default:
      return violation("a record that only an application sends");
  }
}

Step Framing::begin(const Header& header, std::string_view content) {
  const unsigned role = word_at(content, 0);
  if (stage_ != Stage::idle) {
    if (header.id == id_) return violation("BEGIN_REQUEST twice for one request");
    return answer(header.size, refusal(header.id, role, FCGI_CANT_MPX_CONN));
  }
  const bool keep = (byte_at(content, 2) & FCGI_KEEP_CONN) != 0;
  if (role != FCGI_RESPONDER && role != FCGI_AUTHORIZER) {
    Step step = answer(header.size, refusal(header.id, role, FCGI_UNKNOWN_ROLE));
    step.close = !keep;
    return step;
  }
  id_ = header.id;
  role_ = role == FCGI_AUTHORIZER ? Role::authorizer : Role::responder;
  keep_ = keep;
  stage_ = Stage::params;
  params_ = {};
  total_ = header.size;
  if (total_ > limits_.request_bytes) return too_large();
  return {.kind = Step::Kind::take, .size = header.size};
}

Step Framing::params(const Header& header, std::string_view content) {
  if (stage_ != Stage::params) return violation("PARAMS after their end");
  if (content.empty()) {
    if (!params_.at_boundary()) return violation("PARAMS that end inside a pair");
    const bool whole = role_ == Role::authorizer;
    stage_ = whole ? Stage::idle : Stage::body;
    return {.kind = whole ? Step::Kind::complete : Step::Kind::take, .size = header.size};
  }
  switch (params_.feed(content, limits_)) {
    case ParamsCheck::Verdict::malformed:
      return violation("PARAMS that are no name-value pairs");
    case ParamsCheck::Verdict::too_many:
      return too_large();
    case ParamsCheck::Verdict::fine:
      break;
  }
  return {.kind = Step::Kind::take, .size = header.size};
}

Step Framing::body(const Header& header) {
  if (stage_ != Stage::body) return violation("STDIN before the end of PARAMS");
  if (header.content > 0) return {.kind = Step::Kind::take, .size = header.size};
  stage_ = Stage::idle;
  return {.kind = Step::Kind::complete, .size = header.size};
}

Step Framing::abort(const Header& header) {
  stage_ = Stage::idle;
  Step step{.kind = Step::Kind::aborted, .size = header.size};
  const unsigned role = role_ == Role::authorizer ? FCGI_AUTHORIZER : FCGI_RESPONDER;
  reply_ += refusal(header.id, role, FCGI_REQUEST_COMPLETE);
  step.close = !keep_;
  return step;
}

}  // namespace session::gateway
