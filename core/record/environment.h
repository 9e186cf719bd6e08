#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/keyed_mutex.h"
#include "core/cookie/attributes.h"
#include "core/crypto/random.h"
#include "core/format/dialect.h"
#include "core/record/log_id.h"
#include "core/record/policy.h"
#include "core/record/record_cache.h"
#include "core/store/store.h"

namespace session {

// How long an id that was replaced is remembered as such: longer than a request that carries it can be under
// way.
inline constexpr milliseconds kTombstoneTime = seconds(60);

// Another format, whose sessions move to the one in use when they are met.
struct LegacyFormat {
  std::unique_ptr<Dialect> dialect;
  std::string cookie_name;
  std::string name;  // tells the ids of one format from those of another
};

// What the sessions of one SessionManager work with.
struct SessionEnvironment {
  Store& store;
  std::unique_ptr<Dialect> dialect;
  RecordCache reader;
  Policy policy;
  CookieAttributes cookie;
  milliseconds write_deadline;
  const Clock& clock;
  LogId names;
  std::vector<LegacyFormat> accepted = {};
  KeyedMutex write_locks = {};  // of those who lost a compare-and-set
};

}  // namespace session
