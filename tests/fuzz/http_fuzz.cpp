#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/text.h"
#include "tests/fuzz/http_connection.h"

namespace {

using session::fuzz::kRequestBytes;
using session::gateway::Codec;

struct SeenRequest {
  std::string method, address, endpoint, rules, body, client;
  std::vector<std::string> headers;
  int refusal = 0;
  bool keep = false;
  bool operator==(const SeenRequest&) const = default;
};

// All that a connection sees of its peer's bytes.
struct Seen {
  std::vector<SeenRequest> requests;
  Codec::Outcome last = Codec::Outcome::need_more;
  int status = 0;
  std::string why;
  bool idle = true;
  bool operator==(const Seen&) const = default;
};

SeenRequest seen_request(const Codec& codec) {
  const session::gateway::Request& request = codec.request();
  SeenRequest seen;
  seen.method = request.method;
  seen.address = request.address;
  seen.endpoint = request.settings.endpoint();
  seen.rules = request.settings.require();
  seen.body = request.body;
  seen.client = request.client.address;
  for (const char* name :
       {"Host", "Cookie", "Origin", "Content-Type", "Content-Length", "Transfer-Encoding", "X"}) {
    for (const std::string_view value : request.headers.all(name))
      seen.headers.push_back(name + std::string(value));
  }
  if (request.refusal) seen.refusal = request.refusal->status;
  return seen;
}

// Feeds pieces up to the first outcome that ends a connection.
Seen seen_in(const std::vector<std::string_view>& pieces) {
  const auto codec = session::fuzz::http_codec();
  Seen seen;
  std::string out;
  for (const std::string_view piece : pieces) {
    // A copy of its own on the heap, gone after use: what is kept must have been copied.
    const std::vector<char> received(piece.begin(), piece.end());
    seen.last = codec->feed({received.data(), received.size()});
    while (seen.last == Codec::Outcome::whole) {
      seen.requests.push_back(seen_request(*codec));
      codec->append_response(out, {200, {}, "body"});
      seen.requests.back().keep = codec->keep_connection();
      if (!codec->keep_connection()) return seen;
      seen.last = codec->feed({});
    }
    const std::string reply = codec->take_reply();
    if (!reply.empty() && reply != "HTTP/1.1 100 Continue\r\n\r\n") std::abort();
    if (seen.last != Codec::Outcome::need_more) break;
  }
  seen.why = codec->why();
  seen.idle = seen.last == Codec::Outcome::need_more && codec->idle();
  if (seen.last == Codec::Outcome::close) std::abort();
  if (seen.last == Codec::Outcome::refused) {
    seen.status = codec->refusal().status;
    if (seen.status < 400 || seen.status > 499 || codec->keep_connection()) std::abort();
  }
  return seen;
}

// How often a line of the head begins with that name.
std::size_t lines_with(std::string_view head, std::string_view name) {
  std::size_t count = 0;
  for (auto at = head.find('\n'); at != head.npos; at = head.find('\n', at + 1))
    count += session::equal_ignoring_case(head.substr(at + 1, name.size()), name) ? 1 : 0;
  return count;
}

// What is said twice, or in a way that servers read differently, says nothing for sure.
void check_framing(std::string_view request) {
  const auto end = request.find("\r\n\r\n");
  if (end == request.npos) std::abort();
  const std::string_view head = request.substr(0, end + 2);
  if (std::count(head.begin(), head.end(), '\r') != std::count(head.begin(), head.end(), '\n')) std::abort();
  for (std::size_t at = 0; at < head.size(); ++at) {
    if ((head[at] == '\r') != (at + 1 < head.size() && head[at + 1] == '\n')) std::abort();
    if (head[at] == '\0') std::abort();
    if (head[at] == '\n' && at + 1 < head.size() && (head[at + 1] == ' ' || head[at + 1] == '\t'))
      std::abort();
  }
  const std::size_t lengths = lines_with(head, "content-length:");
  const std::size_t codings = lines_with(head, "transfer-encoding:");
  if (lengths + codings > 1) std::abort();
  if (lengths + codings == 0 && request.size() != end + 4) std::abort();
  if (lines_with(head, "host:") > 1) std::abort();
}

}  // namespace

// The first four bytes say where the rest is cut, in two places: either cut, no cut and a cut at every byte
// show the same requests, the same refusal and the same rest.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 4, size - 4);
  const auto cut_at = [&](std::size_t at) { return (data[at] << 8U | data[at + 1]) % (input.size() + 1); };
  const std::size_t first = std::min(cut_at(0), cut_at(2));
  const std::size_t second = std::max(cut_at(0), cut_at(2));
  const Seen in_one_piece = seen_in({input});
  if (seen_in({input.substr(0, first), input.substr(first)}) != in_one_piece) std::abort();
  if (seen_in({input.substr(0, second), input.substr(second)}) != in_one_piece) std::abort();
  if (seen_in({input.substr(0, first), input.substr(first, second - first), input.substr(second)}) !=
      in_one_piece)
    std::abort();
  std::vector<std::string_view> bytes;
  for (std::size_t at = 0; at < input.size(); ++at) bytes.push_back(input.substr(at, 1));
  if (input.size() <= 2 * kRequestBytes && !input.empty() && seen_in(bytes) != in_one_piece) std::abort();
  const auto taken = session::fuzz::taken_requests(input);
  if (taken.size() != in_one_piece.requests.size()) std::abort();
  for (const auto& request : taken) check_framing(request.bytes);
  return 0;
}
