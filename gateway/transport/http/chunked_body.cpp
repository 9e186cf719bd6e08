#include "gateway/transport/http/chunked_body.h"

#include <algorithm>
#include <charconv>

#include "core/base/text.h"

namespace session::gateway {
namespace {

constexpr std::size_t kMaxDigits = 16;

bool is_text(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= ' ' && byte != 0x7f) || byte == '\t';
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kMarks.find(c) != kMarks.npos;
  });
}

// Whether it is text, with no more than its last byte for the CR of the line's end.
bool is_fine(std::string_view part) {
  if (part.ends_with('\r')) part.remove_suffix(1);
  return std::all_of(part.begin(), part.end(), is_text);
}

}  // namespace

std::optional<std::size_t> ChunkedBody::feed(std::string_view bytes, std::string* to) {
  std::string_view rest = bytes;
  while (!rest.empty() && !whole()) {
    if (part_ != Part::content) {
      if (!take_line(rest)) return std::nullopt;
      continue;
    }
    const std::string_view content = rest.substr(0, left_);
    if (to != nullptr) to->append(content);
    rest.remove_prefix(content.size());
    left_ -= content.size();
    if (left_ == 0) part_ = Part::end_of_content;
  }
  return bytes.size() - rest.size();
}

bool ChunkedBody::take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const std::string_view part = rest.substr(0, end);
  if (line_.ends_with('\r') && !part.empty()) return false;
  if (!is_fine(part)) return false;
  line_.append(part);
  if (part_ == Part::end_of_content && line_ != "\r" && !line_.empty()) return false;
  if (part_ == Part::length && line_.size() > kMaxLengthLine) return false;
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  return end == part.npos || line_is_over();
}

bool ChunkedBody::line_is_over() {
  std::string_view line = line_;
  if (!line.ends_with('\r')) return false;
  line.remove_suffix(1);
  bool fine = true;
  if (part_ == Part::length) {
    fine = take_length(line);
  } else if (part_ == Part::end_of_content) {
    part_ = Part::length;
  } else {
    fine = take_trailer(line);
  }
  line_.clear();
  return fine;
}

bool ChunkedBody::take_length(std::string_view line) {
  const std::string_view digits = line.substr(0, line.find(';'));
  if (digits.empty() || digits.size() > kMaxDigits) return false;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return false;
  part_ = left_ == 0 ? Part::trailer : Part::content;
  return true;
}

bool ChunkedBody::take_trailer(std::string_view line) {
  if (line.empty()) {
    part_ = Part::whole;
    return true;
  }
  const auto colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  return colon != line.npos && is_token(name) && !equal_ignoring_case(name, "Content-Length") &&
         !equal_ignoring_case(name, "Transfer-Encoding") && !equal_ignoring_case(name, "Host");
}

}  // namespace session::gateway
