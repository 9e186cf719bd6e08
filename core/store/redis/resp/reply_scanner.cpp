#include "core/store/redis/resp/reply_scanner.h"

#include <algorithm>

namespace session {
namespace {

constexpr std::size_t kLineEnd = 2;
// Of a number that is followed: its sum with the others does not overflow.
constexpr int kMaxDigits = 12;

bool is_counted(char type) { return type == '$' || type == '*'; }
bool is_line(char type) { return type == '+' || type == '-' || type == ':'; }

}  // namespace

std::size_t ReplyScanner::scan(std::string_view bytes) {
  if (between_replies()) parts_ = 1;
  std::size_t at = 0;
  while (!lost_ && at < bytes.size() && !between_replies()) {
    if (content_ > 0) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(content_, bytes.size() - at));
      content_ -= size;
      at += size;
    } else {
      at += scan_header(bytes.substr(at));
    }
  }
  return lost_ ? bytes.size() : at;
}

std::size_t ReplyScanner::scan_header(std::string_view bytes) {
  std::size_t at = 0;
  if (type_ == '\0') {
    type_ = bytes[at++];
    lost_ = !is_counted(type_) && !is_line(type_);
  }
  for (; !lost_ && at < bytes.size(); ++at) {
    const char byte = bytes[at];
    if (at_line_end_ && byte == '\n') {
      begin_part();
      return at + 1;
    }
    if (is_counted(type_) && (at_line_end_ || (byte != '\r' && !add_digit(byte)))) lost_ = true;
    at_line_end_ = byte == '\r';
  }
  return at;
}

bool ReplyScanner::add_digit(char digit) {
  if (digit == '-' && digits_ == 0 && !negative_) return negative_ = true;
  if (digit < '0' || digit > '9' || ++digits_ > kMaxDigits) return false;
  if (digits_ > 1 && number_ == 0) return false;  // a leading zero
  number_ = 10 * number_ + static_cast<std::uint64_t>(digit - '0');
  return true;
}

void ReplyScanner::begin_part() {
  --parts_;
  const bool is_nil = negative_ && number_ == 1;
  if (is_counted(type_) && (digits_ == 0 || (negative_ && !is_nil))) lost_ = true;
  if (type_ == '$' && !is_nil) content_ = number_ + kLineEnd;
  if (type_ == '*' && !is_nil) parts_ += number_;
  type_ = '\0';
  at_line_end_ = negative_ = false;
  digits_ = 0;
  number_ = 0;
}

}  // namespace session
