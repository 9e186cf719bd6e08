#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cache_budget.h"
#include "core/base/secret.h"
#include "core/format/format.h"

namespace session::gateway {

struct Settings;
class Section;
class CrossFieldChecks;

// What a format's own section of the file says. Each format that has a section derives its own.
struct FormatSettings {
  virtual ~FormatSettings() = default;
  std::string cookie_name;  // of sessions to be accepted
};

// What a format is made from.
struct FormatContext {
  const Settings& settings;
  const FormatSettings& own;
  bool in_use;  // true: `dialect` names the format; false: `accept` names it, and its sessions migrate
  std::shared_ptr<CacheBudget> budget;
};

// A secret, with where it comes from, that two gateways must have in common for sessions of one to go on at
// the other.
struct SharedSecret {
  std::string setting;  // as the file calls it
  Secret value;
};

// All that the configuration has to know of a format. Adding one is a file like
// gateway/config/express_format.cpp, and a row in gateway/config/format_registry.cpp.
struct FormatRow {
  std::string_view name;          // as `dialect` and `accept` call it
  std::string_view section = {};  // of the file, with its own settings; empty: it has none
  FormatCapabilities capabilities = {};
  std::string_view cookie_name =
      {};                // the name that its library gives the cookie; empty: the default of cookie.name
  bool foreign = false;  // another library's: its sessions can be accepted, and are in Redis
  bool top_level_salt = true;  // in use it has the salt of the file's top level
  // In use, the default of session.forget_at_login: names that CSRF libraries give their attributes.
  std::vector<std::string> forget_at_login = {"csrf_token", "csrfToken", "csrfSecret", "_csrf"};
  // In use, why store.redis.prefix does not count, and why session.idle_timeout does not; empty: it does.
  std::string_view no_store_prefix = {};
  std::string_view no_idle_timeout = {};

  std::unique_ptr<FormatSettings> (*defaults)() = [] { return std::make_unique<FormatSettings>(); };
  // Reads the section. nullptr: it has none.
  void (*read)(Section& section, FormatSettings& to) = nullptr;
  // What of it does not go with `dialect` and `accept`, and then with the store. nullptr: nothing.
  void (*validate)(Section& top, const Settings& settings, CrossFieldChecks& found) = nullptr;
  void (*validate_with_store)(Section& top, const Settings& settings, CrossFieldChecks& found) = nullptr;
  // The secret that the names of its sessions in logs are derived from, and those of their owners in the
  // store.
  const Secret& (*log_id_source)(const Settings& settings) = nullptr;
  // The secrets that these may have been derived from before the last change of secrets. nullptr: there are
  // none.
  std::vector<Secret> (*former_log_id_sources)(const Settings& settings) = nullptr;
  // The secrets without which its cookies and store keys mean nothing. REQUIRES: the settings were validated.
  std::vector<SharedSecret> (*shared_secrets)(const FormatContext& context) = nullptr;
  // What makes the keys of its sessions in a store, in use and beside the cookie: with another, no session is
  // found again. nullptr: nothing does.
  SharedSecret (*store_key_source)(const Settings& settings) = nullptr;
  // REQUIRES: the settings were validated.
  Format (*make)(const FormatContext& context) = nullptr;
};

}  // namespace session::gateway
