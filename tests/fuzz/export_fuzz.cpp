#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/transfer/export_lines.h"
#include "gateway/transfer/fingerprint.h"
#include "gateway/transfer/sealed_stream.h"

// An export is a file that anybody may have written. As lines: what is read as a record is written as a line
// that is read as the same record. As chunks behind the first line of a sealed export: nothing opens that was
// not sealed, and what was sealed opens however it arrives.

namespace {

using session::Secret;
using session::gateway::Sealer;
using session::gateway::Unsealer;

constexpr session::ScryptCost kCheap{1, 1, 1};

void read_line(std::string_view line) {
  const auto json = session::parse_json(line, session::gateway::kExportJson);
  if (!json) return;
  (void)session::gateway::header_in(*json);
  (void)session::gateway::end_in(*json);
  (void)session::gateway::why_unlike(*json, *json);
  const auto record = session::gateway::record_in(*json);
  if (!record || !session::gateway::has_line(*record)) return;
  std::string again;
  session::gateway::append_record(again, *record);
  const auto read = session::gateway::record_in(*session::parse_json(again));
  const bool same = read && read->key == record->key && read->bytes == record->bytes &&
                    read->next == record->next && read->expires == record->expires &&
                    read->format == record->format;
  if (!same) std::abort();
}

// Returns what has come out before an error.
std::string opened(std::string_view stream, std::size_t most, bool& whole) {
  Unsealer unsealer{Secret("passphrase")};
  std::string plain;
  whole = true;
  for (std::size_t at = 0; at < stream.size() && whole; at += most)
    whole = unsealer.feed(stream.substr(at, most), plain).has_value();
  if (whole) whole = unsealer.finish(plain).has_value();
  return plain;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  read_line(input);
  bool whole = false;
  (void)opened(input, 7, whole);
  Sealer sealer(Secret("passphrase"), kCheap);
  const std::string header = sealer.header();
  if (!opened(header + std::string(input), 1000, whole).empty() || whole) std::abort();
  std::string sealed = header + sealer.add(input);
  sealed += sealer.finish();
  if (opened(sealed, size % 97 + 1, whole) != input || !whole) std::abort();
  return 0;
}
