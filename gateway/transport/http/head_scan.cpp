#include "gateway/transport/http/head_scan.h"

namespace session::gateway {
namespace {

// Whether a part of a line is fine so far: its last byte may be the CR of the line's end.
bool is_fine(std::string_view part) {
  const auto cr = part.find('\r');
  return (cr == part.npos || cr + 1 == part.size()) && part.find('\0') == part.npos;
}

bool is_folded(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

}  // namespace

HeadScan::Outcome HeadScan::feed(std::string_view all) {
  for (;;) {
    const std::string_view rest = all.substr(line_);
    const auto end = rest.find('\n', seen_);
    const std::string_view line = rest.substr(0, end);
    if (is_folded(line) || !is_fine(line.substr(seen_))) return Outcome::malformed;
    if (end == rest.npos) {
      // A CR at the end is looked at again, with what follows it.
      seen_ = line.ends_with('\r') ? line.size() - 1 : line.size();
      return Outcome::need_more;
    }
    if (!line.ends_with('\r')) return Outcome::malformed;
    line_ += end + 1;
    seen_ = 0;
    if (line.size() == 1) return Outcome::complete;
  }
}

}  // namespace session::gateway
