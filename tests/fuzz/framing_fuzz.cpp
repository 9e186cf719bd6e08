#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/transport/fastcgi/assembler.h"
#include "gateway/transport/fastcgi/parser.h"

namespace {

using session::gateway::Assembler;
using session::gateway::FramingLimits;
using session::gateway::Parser;

constexpr std::size_t kRequestBytes = 4096;

struct Whole {
  std::string records;
  std::uint16_t id;
  bool keep;
  bool operator==(const Whole&) const = default;
};

// All that a connection sees of its peer's bytes.
struct Seen {
  std::vector<Whole> requests;
  std::string replies;
  Assembler::Outcome last = Assembler::Outcome::need_more;
  std::string why;
  std::uint16_t id_too_large = 0;
  bool operator==(const Seen&) const = default;
};

// Feeds pieces up to the first outcome that ends a connection.
Seen seen_in(const std::vector<std::string_view>& pieces) {
  FramingLimits limits;
  limits.request_bytes = kRequestBytes;
  limits.params = 16;
  Assembler assembler(limits);
  Seen seen;
  for (const std::string_view piece : pieces) {
    // A copy of its own on the heap, gone after use: what is kept must have been copied.
    const std::vector<char> received(piece.begin(), piece.end());
    seen.last = assembler.feed({received.data(), received.size()});
    while (seen.last == Assembler::Outcome::whole) {
      seen.requests.push_back(
          {std::string(assembler.request()), assembler.request_id(), assembler.keep_connection()});
      seen.last = assembler.feed({});
    }
    seen.replies += assembler.take_reply();
    if (seen.last != Assembler::Outcome::need_more) break;
  }
  seen.why = assembler.why();
  if (seen.last == Assembler::Outcome::too_large) seen.id_too_large = assembler.request_id();
  return seen;
}

unsigned byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

// The content of all records of a type.
std::string stream_of(std::string_view records, unsigned type) {
  std::string content;
  while (!records.empty()) {
    const std::size_t size = byte_at(records, 4) << 8U | byte_at(records, 5);
    if (byte_at(records, 1) == type) content += records.substr(8, size);
    records.remove_prefix(8 + size + byte_at(records, 6));
  }
  return content;
}

std::size_t take_length(std::string_view& text) {
  std::size_t length = byte_at(text, 0);
  const std::size_t size = length < 128 ? 1 : 4;
  for (std::size_t i = 1; i < size; ++i) length = length << 8U | byte_at(text, i);
  text.remove_prefix(size);
  return length & 0x7fffffffU;
}

bool has(const session::gateway::Params& params, std::string_view name, std::string_view value) {
  bool found = false;
  params.for_each([&](std::string_view n, std::string_view v) { found |= n == name && v == value; });
  return found;
}

void check_params(const session::gateway::Params& params, std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) {
    const std::size_t name_size = take_length(text);
    const std::size_t value_size = take_length(text);
    if (!has(params, text.substr(0, name_size), text.substr(name_size, value_size))) std::abort();
    text.remove_prefix(name_size + value_size);
  }
  if (params.size() != count) std::abort();
}

// What framing lets through, libfcgi takes, and finds in it what was sent and nothing else.
void parse(const Whole& whole) {
  static const bool ready = (session::gateway::init_libfcgi(), true);
  static Parser parser(kRequestBytes);
  if (!ready || whole.records.size() > kRequestBytes) std::abort();
  const auto parsed = parser.parse(whole.records);
  if (!parsed || parsed->value().body != stream_of(whole.records, 5)) std::abort();
  check_params(parsed->params(), stream_of(whole.records, 4));
}

}  // namespace

// The first four bytes say where the rest is cut, in two places: either cut and no cut show the same requests
// and replies.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 4, size - 4);
  const auto cut_at = [&](std::size_t at) { return (data[at] << 8U | data[at + 1]) % (input.size() + 1); };
  const std::size_t first = cut_at(0);
  const std::size_t second = cut_at(2);
  const Seen in_one_piece = seen_in({input});
  if (seen_in({input.substr(0, first), input.substr(first)}) != in_one_piece) std::abort();
  if (seen_in({input.substr(0, second), input.substr(second)}) != in_one_piece) std::abort();
  for (const Whole& whole : in_one_piece.requests) parse(whole);
  return 0;
}
