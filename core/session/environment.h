#pragma once

#include <memory>
#include <vector>

#include "core/base/keyed_mutex.h"
#include "core/cookie/attributes.h"
#include "core/format/format.h"
#include "core/migration/migration.h"
#include "core/record/log_id.h"
#include "core/record/record_store.h"
#include "core/session/privileges.h"

namespace session {

// The state that all sessions of one SessionManager share.
struct SessionEnvironment {
  Store& store;
  Format format;
  RecordStore records;
  CookieAttributes cookie;
  milliseconds write_deadline;
  const Clock& clock;
  LogId log_ids;
  Privileges privileges;
  std::vector<std::string> former_cookies = {};  // Set-Cookie values (SessionManagerOptions::former)
  std::vector<std::unique_ptr<LegacySource>> legacy = {};
  KeyedMutex write_locks = KeyedMutex(clock);  // for writers that lost a compare-and-set

  // The target of the migration from other formats.
  [[nodiscard]] MigrationTarget migration_target() { return {records, *format.cookies, clock}; }
};

}  // namespace session
