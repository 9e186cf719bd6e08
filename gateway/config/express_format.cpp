#include "gateway/config/express_format.h"

#include "core/format/express/express.h"
#include "gateway/config/cross_field_checks.h"
#include "gateway/config/format_registry.h"
#include "gateway/config/sections.h"
#include "gateway/config/values.h"

namespace session::gateway {
namespace {

constexpr std::string_view kName = "express";

void read(Section& section, FormatSettings& own) {
  auto& to = static_cast<ExpressSettings&>(own);
  read_secrets(section["secrets"], to.secrets);
  read_prefix(section["prefix"], to.prefix);
  read_duration(section["ttl"], to.ttl, {seconds(1), std::chrono::hours(24 * 3650)});
  read_cookie_name(section["cookie_name"], to.cookie_name);
}

void validate(Section& top, const Settings& settings, CrossFieldChecks& found) {
  const auto& own = settings.format_settings<ExpressSettings>(kName);
  const bool in_use = settings.format->name == kName;
  const bool used = in_use || settings.accepts(kName);
  const Field secrets = within(top[kName], "secrets");
  if (used && own.secrets.empty() && top[kName].clean())
    found.add(in_use ? top["dialect"] : top["accept"], secrets, "express needs express.secrets beside it");
  if (!used && secrets.given())
    found.add(secrets, "expected only with dialect express, or to accept express");
}

// The clean-up after a migration deletes all keys with the old prefix, so native keys must not begin with it.
void validate_with_store(Section& top, const Settings& settings, CrossFieldChecks& found) {
  const auto& own = settings.format_settings<ExpressSettings>(kName);
  if (!settings.accepts(kName) || !settings.redis.prefix.starts_with(own.prefix)) return;
  found.add(top["accept"], "expected a store.redis.prefix that does not begin with express.prefix (" +
                               shown(own.prefix) + ")");
}

const Secret& log_id_source(const Settings& settings) {
  const auto& own = settings.format_settings<ExpressSettings>(kName);
  return own.secrets.empty() ? settings.salt : own.secrets.front();
}

std::vector<Secret> former_log_id_sources(const Settings& settings) {
  const auto& own = settings.format_settings<ExpressSettings>(kName);
  if (own.secrets.size() < 2) return {};
  return {own.secrets.begin() + 1, own.secrets.end()};
}

std::vector<SharedSecret> shared_secrets(const FormatContext& context) {
  std::vector<SharedSecret> secrets;
  for (const Secret& secret : static_cast<const ExpressSettings&>(context.own).secrets)
    secrets.push_back({"express.secrets", secret});
  return secrets;
}

Format make(const FormatContext& context) {
  const auto& own = static_cast<const ExpressSettings&>(context.own);
  ExpressFormatOptions options;
  options.secrets = own.secrets;
  options.store_prefix = own.prefix;
  options.ttl = own.ttl;
  options.cookie = context.settings.cookie;
  return express_format(std::move(options), system_random());
}

}  // namespace

FormatRow express_row() {
  FormatRow row;
  row.name = kName;
  row.section = kName;
  row.capabilities = kExpressCapabilities;
  row.cookie_name = "connect.sid";
  row.foreign = true;
  row.forget_at_login.emplace_back("_csrfSecret");  // lusca
  row.top_level_salt = false;
  row.no_store_prefix = "keys of express begin with express.prefix";
  row.no_idle_timeout = "sessions live as their cookie says, or express.ttl";
  row.defaults = []() -> std::unique_ptr<FormatSettings> { return std::make_unique<ExpressSettings>(); };
  row.read = read;
  row.validate = validate;
  row.validate_with_store = validate_with_store;
  row.log_id_source = log_id_source;
  row.former_log_id_sources = former_log_id_sources;
  row.shared_secrets = shared_secrets;
  row.store_key_source = [](const Settings& settings) {
    return SharedSecret{"express.prefix", Secret(settings.format_settings<ExpressSettings>(kName).prefix)};
  };
  row.make = make;
  return row;
}

}  // namespace session::gateway
