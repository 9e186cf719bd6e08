#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/store/redis/resp/reply_reader.h"
#include "tests/support/replies.h"

// What a Redis server sends, however it arrives, is read as hiredis reads the whole of it. The first byte of
// the input says how the others are cut.

namespace {

constexpr std::size_t kMaxBytes = 200;
constexpr std::size_t kMaxElements = 50;

struct Reading {
  std::string replies;
  bool failed = false;
  bool empty = true;
  friend bool operator==(const Reading&, const Reading&) = default;
};

// Takes out all replies that are whole.
void take(session::ReplyReader& reader, Reading& reading) {
  for (;;) {
    const auto reply = reader.next();
    reading.failed = !reply;
    if (!reply || !*reply) break;
    reading.replies += session::test::shown(**reply) + "\n";
  }
  reading.empty = reader.empty();
}

// Two parts without a look between them: hiredis is given both, and finds the replies itself.
Reading read_by_hiredis(std::string_view stream) {
  session::ReplyReader reader(kMaxBytes, kMaxElements);
  Reading reading;
  reader.feed(stream.substr(0, 1));
  if (stream.size() > 1) reader.feed(stream.substr(1));
  take(reader, reading);
  return reading;
}

// In parts of up to that size, each in memory of its own.
Reading read_in_parts(std::string_view stream, std::size_t most) {
  session::ReplyReader reader(kMaxBytes, kMaxElements);
  Reading reading;
  for (std::size_t at = 0; at < stream.size() && !reading.failed; at += most) {
    const std::string part(stream.substr(at, most));
    reader.feed(part);
    take(reader, reading);
  }
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Reading expected = read_by_hiredis(stream);
  for (const std::size_t most : {std::size_t{data[0]} + 1, std::size_t{1}, stream.size()}) {
    const Reading found = read_in_parts(stream, most);
    if (found.failed != expected.failed || found.replies != expected.replies) std::abort();
    if (!found.failed && found.empty != expected.empty) std::abort();
  }
  return 0;
}
