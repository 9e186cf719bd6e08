#include "gateway/config/session_store_format.h"

#include "core/format/session_store/session_store.h"
#include "gateway/config/cross_field_checks.h"
#include "gateway/config/format_registry.h"
#include "gateway/config/sections.h"
#include "gateway/config/values.h"

namespace session::gateway {
namespace {

constexpr std::string_view kName = "session-store";
constexpr std::string_view kSection = "session_store";

void read(Section& section, FormatSettings& own) {
  auto& to = static_cast<SessionStoreSettings&>(own);
  read_salt(section["salt"], to.salt);
  read_cookie_name(section["cookie_name"], to.cookie_name);
}

void validate(Section& top, const Settings& settings, CrossFieldChecks& found) {
  const Field salt = within(top[kSection], "salt");
  if (!salt.given() || settings.accepts(kName)) return;
  found.add(salt,
            settings.format->name == kName
                ? "expected only to accept session-store; with dialect session-store the salt is at the top"
                : "expected only to accept session-store");
}

// In use it has the salt of the file's top level; that one belongs to the native format where this one is
// accepted.
bool has_top_level_salt(const Settings& settings, bool in_use) { return in_use && !settings.salt.empty(); }

const Secret& salt_of(const Settings& settings, const FormatSettings& own, bool in_use) {
  if (has_top_level_salt(settings, in_use)) return settings.salt;
  return static_cast<const SessionStoreSettings&>(own).salt;
}

SharedSecret shared_salt(const Settings& settings, const FormatSettings& own, bool in_use) {
  return {has_top_level_salt(settings, in_use) ? "salt" : "session_store.salt",
          salt_of(settings, own, in_use)};
}

std::vector<SharedSecret> shared_secrets(const FormatContext& context) {
  return {shared_salt(context.settings, context.own, context.in_use)};
}

Format make(const FormatContext& context) {
  return session_store_format({salt_of(context.settings, context.own, context.in_use)}, system_random());
}

}  // namespace

FormatRow session_store_row() {
  FormatRow row;
  row.name = kName;
  row.section = kSection;
  row.capabilities = kSessionStoreCapabilities;
  row.cookie_name = "session-store";
  row.foreign = true;
  row.no_store_prefix = "keys of session-store have no prefix";
  row.defaults = []() -> std::unique_ptr<FormatSettings> { return std::make_unique<SessionStoreSettings>(); };
  row.read = read;
  row.validate = validate;
  row.log_id_source = [](const Settings& settings) -> const Secret& {
    return salt_of(settings, settings.format_settings<SessionStoreSettings>(kName), true);
  };
  row.shared_secrets = shared_secrets;
  row.store_key_source = [](const Settings& settings) {
    return shared_salt(settings, settings.format_settings<SessionStoreSettings>(kName), true);
  };
  row.make = make;
  return row;
}

}  // namespace session::gateway
