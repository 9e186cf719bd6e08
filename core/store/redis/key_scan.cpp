#include "core/store/redis/key_scan.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/base/text.h"

namespace session {
namespace {

// A place in a scan.
struct ScanPosition {
  std::string layout;        // Topology::layout()
  std::size_t server = 0;    // in Topology::servers()
  std::string run = "";      // of that server (commands::run_in)
  std::string cursor = "0";  // of that run
};

std::string to_text(const ScanPosition& position) {
  return position.layout + "." + std::to_string(position.server) + "." + position.run + "." + position.cursor;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 20 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Returns the position that a cursor names; the beginning if it is of another layout, or no cursor.
ScanPosition read_position(std::string_view cursor, const std::string& layout) {
  ScanPosition begin{layout};
  std::string_view rest = cursor;
  if (take_item(rest, '.') != layout) return begin;
  const std::string_view server = take_item(rest, '.');
  const std::string_view run = take_item(rest, '.');
  if (!is_number(server) || !is_number(rest)) return begin;
  ScanPosition position{layout, 0, std::string(run), std::string(rest)};
  const auto read = std::from_chars(server.data(), server.data() + server.size(), position.server);
  return read.ec == std::errc() ? position : begin;
}

// A pattern of Redis that matches all keys with this prefix.
std::string pattern_for(std::string_view prefix) {
  std::string pattern;
  for (const char c : prefix) {
    if (std::string_view("*?[]^-\\").find(c) != std::string_view::npos) pattern.push_back('\\');
    pattern.push_back(c);
  }
  return pattern.append("*");
}

void add_keys(const Reply& reply, std::string_view prefix, std::vector<std::string>& keys) {
  for (const Reply& each : reply.elements) {
    std::string_view key = each.bytes.view();
    if (!key.starts_with(prefix)) continue;
    key.remove_prefix(prefix.size());
    keys.emplace_back(key);
  }
}

}  // namespace

// The number of keys that one command looks at, at least after the first that found none.
constexpr std::size_t kMinCount = 300;

Store::Answer<KeyPage> scan_keys(const RedisSetup& setup, const PreparedCall& at, std::string cursor,
                                 std::size_t max) {
  const std::string pattern = pattern_for(setup.options.prefix);
  KeyPage page;
  const Clock::Steady now = setup.clock.steady_now();
  const Clock::Steady half = now + (at.deadline - now) / 2;
  if (cursor.empty()) {
    const auto refreshed = co_await at.client.refresh(at.deadline);
    if (!refreshed) co_return refreshed.error();
  }
  auto servers = co_await at.client.servers(at.deadline);
  if (!servers) co_return servers.error();
  ScanPosition position = read_position(cursor, at.client.layout());
  std::size_t count = max;
  while (position.server < servers->size()) {
    Command command = commands::scan(position.cursor, pattern, count);
    auto step = co_await at.client.ask((*servers)[position.server], "SCAN", std::move(command), at.deadline);
    if (!step) co_return step.error();
    std::string run = commands::run_in(step->front());
    if (std::exchange(position.run, run) != run && position.cursor != "0") {
      position.cursor = "0";
      continue;
    }
    const Reply& reply = step->back();
    add_keys(reply.elements[1], setup.options.prefix, page.keys);
    position.cursor = std::string(reply.elements[0].bytes.view());
    if (position.cursor == "0") ++position.server;
    if (!page.keys.empty() || setup.clock.steady_now() >= half) break;
    count = std::max(count, kMinCount);
  }
  if (position.layout.empty()) position.layout = at.client.layout();
  if (position.server < servers->size()) {
    page.cursor = to_text(position);
    co_return page;
  }
  const auto refreshed = co_await at.client.refresh(at.deadline);
  if (!refreshed) co_return refreshed.error();
  const std::string layout = at.client.layout();
  if (layout != position.layout) page.cursor = to_text(ScanPosition{layout});
  co_return page;
}

}  // namespace session
