#include "gateway/realm/realm.h"

#include <algorithm>
#include <utility>

#include "gateway/realm/formats.h"
#include "gateway/realm/log_id_key.h"
#include "gateway/transfer/export_lines.h"
#include "gateway/transfer/fingerprint.h"

namespace session::gateway {
namespace {

SessionManagerOptions options_for(const Settings& settings, std::shared_ptr<CacheBudget> budget) {
  SessionManagerOptions options;
  options.policy = settings.session;
  options.cookie = settings.cookie;
  options.former = settings.former_cookies;
  options.privileges.forget_at_login = settings.forget_at_login;
  if (settings.regenerate_on == RegenerateOn::rules) {
    for (const Rule& rule : settings.rules) {
      for (const Condition& condition : rule.conditions)
        options.privileges.rights.push_back(condition.pointer);
    }
  }
  options.cache.keep_data = std::any_of(settings.rules.begin(), settings.rules.end(),
                                        [](const Rule& rule) { return !rule.conditions.empty(); });
  options.cache.budget = std::move(budget);
  options.write_deadline = settings.limits.request_deadline / 2;
  options.log_id_key = log_id_key(settings);
  options.owner_id_keys = owner_id_keys(settings);
  return options;
}

// A count of the memory store takes no time from anybody but its thread, so it is made anew for each answer.
AdminServices admin_services(const Settings& settings, const Realm::Host& host) {
  const bool redis = settings.store_type == StoreType::redis;
  AdminServices admin;
  admin.attributes = settings.admin.attributes;
  // The command line waits for ten seconds, and reports progress between the parts of an answer.
  admin.time = std::min<milliseconds>(settings.limits.request_deadline / 2, seconds(2));
  admin.census = host.census;
  admin.census_age = redis ? seconds(60) : seconds(0);
  admin.census_terms = {host.draining, redis};
  admin.fingerprint = fingerprint_of(settings);
  admin.max_batch_bytes = max_batch_bytes(settings);
  admin.max_record_bytes = max_readable_bytes(settings.session);
  return admin;
}

}  // namespace

Realm::Realm(std::shared_ptr<const ConfigSnapshot> configuration, Store& store,
             std::shared_ptr<CacheBudget> budget, WorkerTelemetry& telemetry, Host host)
    : config_(std::move(configuration)),
      name_(telemetry.process().register_realm("")),
      sessions_(store, format_for(settings(), budget), config_->identity, options_for(settings(), budget)),
      services_{sessions_,
                config_->rules,
                telemetry,
                settings().flush,
                [this, background = host.in_background](Task<void> task) {
                  background(std::move(task), shared_from_this());
                },
                settings().redirect_hosts,
                settings().record_client,
                admin_services(settings(), host),
                {host.store_trouble, settings().memory_file.on_disk_error}} {
  for (LegacyFormat& format : accepted_by(settings(), budget)) sessions_.accept(std::move(format));
}

}  // namespace session::gateway
