#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/store/durable/durable_store.h"
#include "gateway/config/settings.h"
#include "gateway/telemetry/log/log.h"

namespace session::gateway {

// Opens the file of `store.memory.file` and reads its sessions. `report` hears how far it has come
// (make_store). What happens to the file, then and later, is logged. The log must outlive the store. Throws
// std::runtime_error with the reason if another process has the file open, and if it can't be used and
// `store.memory.on_disk_error` is `refuse`. REQUIRES: settings.has_memory_file().
[[nodiscard]] std::shared_ptr<DurableStore> open_memory_file(
    const Settings& settings, Log& log, const std::function<void(const std::string&)>& report);

// What the keys of the sessions in the file depend on, as a text that does not tell it.
[[nodiscard]] std::string store_key_fingerprint(const Settings& settings);

// A phrase for the operator: "in a file of 12 MiB", "not in their file: disk is full".
[[nodiscard]] std::string summary_of(const DurableStore::Stats& stats);

// A sentence for a probe if sessions are in memory only, without paths and names; empty: they are in the
// file, or will be within moments.
[[nodiscard]] std::string_view trouble_of(const DurableStore::Stats& stats);

}  // namespace session::gateway
