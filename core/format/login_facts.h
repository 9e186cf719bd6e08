#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"

namespace session {

// Where a login came from, as its owner and operators see it. It decides nothing: both are the client's word,
// or that of whatever stands in front. Plain values.
struct ClientFacts {
  std::string address = {};  // empty: not known, or not to be recorded
  std::string agent = {};    // the browser, as its User-Agent header names it; empty: likewise
};

inline constexpr std::size_t kMaxAddressBytes = 64;
inline constexpr std::size_t kMaxAgentBytes = 256;

// Makes them of texts from outside: cuts what is longer than the limits, at the end of a character, and
// replaces control characters and what is no UTF-8 with `?`.
[[nodiscard]] ClientFacts client_facts(std::string_view address, std::string_view agent);

// What a record keeps of the last login of its subject.
struct LoginFacts {
  // Unix time at which the subject was set last. nullopt: not known, because the format does not keep it, or
  // the session has migrated from one that does not.
  std::optional<seconds> authenticated = {};
  ClientFacts client = {};
};

}  // namespace session
