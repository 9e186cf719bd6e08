#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "core/authz/rule_set.h"
#include "core/json/json.h"
#include "core/session/session_manager.h"
#include "gateway/config/settings.h"
#include "gateway/realm/session_census.h"
#include "gateway/telemetry/worker_telemetry.h"

namespace session::gateway {

// What the endpoint `admin` uses beside the others.
struct AdminServices {
  bool attributes = false;         // admin.attributes
  milliseconds time = seconds(2);  // for one answer: what takes longer is answered in parts
  std::shared_ptr<SessionCensus> census = std::make_shared<SessionCensus>();
  seconds census_age{0};  // how old a count may be before the next one begins
  CensusTerms census_terms = {[] { return false; }};
  Json fingerprint = Json::object();  // of what exported sessions need (gateway/transfer/fingerprint.h)
  std::size_t max_batch_bytes = std::size_t{1} << 20;  // of an import
  std::size_t max_record_bytes = std::size_t{1} << 17;
};

// What `ready` tells of a store that serves, but would lose sessions at a restart that it should keep.
struct StoreTrouble {
  // Returns a sentence; empty: there is no trouble.
  std::function<std::string_view()> now = [] { return std::string_view(); };
  OnDiskError then = OnDiskError::serve;  // store.memory.on_disk_error
};

// The objects that endpoints use, one set per worker and realm. Not thread-safe: for the worker's thread
// only.
struct Services {
  SessionManager& sessions;
  const RuleSet& rules;
  WorkerTelemetry& telemetry;
  FlushMode flush = FlushMode::wait;
  // Runs a task after the response was sent. The worker waits for the task before it stops.
  std::function<void(Task<void>)> in_background = {};
  RedirectHosts redirect_hosts = {};  // commit.redirect_hosts
  RecordClient record_client = {};    // session.record_client
  AdminServices admin = {};
  StoreTrouble store_trouble = {};
};

}  // namespace session::gateway
