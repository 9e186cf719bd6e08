#include "gateway/config/redis_checks.h"

#include <algorithm>
#include <string>
#include <utility>

#include "gateway/config/cross_field_checks.h"
#include "gateway/config/units.h"

namespace session::gateway {
namespace {

bool is_unix(const RedisUrl& url) { return !url.address.path.empty(); }

bool same_scheme(const RedisUrl& a, const RedisUrl& b) { return a.tls == b.tls && is_unix(a) == is_unix(b); }

void check_number_of_urls(Section& section, RedisTopology topology, CrossFieldChecks& found) {
  const Field one = section["url"];
  const Field many = section["urls"];
  if (one.given() && many.given()) found.add(many, one, "expected url or urls, not both");
  const std::size_t count = many.given() ? many.node()->items.size() : 0;
  if (topology == RedisTopology::single && count > 1) {
    found.add(many, section["topology"],
              "expected one url with topology single, got " + std::to_string(count));
  }
}

// All servers must agree with the first.
void check_alike(const std::vector<RedisServer>& servers, RedisTopology topology, CrossFieldChecks& found) {
  for (const RedisServer& server : servers) {
    const RedisServer& first = servers.front();
    if (!same_scheme(server.url, first.url)) {
      found.add(server.field, first.field,
                "expected the scheme of " + first.field.key() + ": redis, rediss and unix don't mix");
    }
    if (server.url.database != first.url.database && topology != RedisTopology::cluster) {
      found.add(server.field, first.field,
                "expected the database of " + first.field.key() + " (" + std::to_string(first.url.database) +
                    "), got " + std::to_string(server.url.database));
    }
  }
}

void check_reach(const std::vector<RedisServer>& servers, const Field& topology, RedisTopology value,
                 CrossFieldChecks& found) {
  for (const RedisServer& server : servers) {
    if (value != RedisTopology::single && is_unix(server.url)) {
      found.add(server.field, topology,
                "expected redis:// or rediss:// with topology " + topology.node()->text +
                    ", which finds servers by their addresses");
    }
    if (value == RedisTopology::cluster && server.url.database != 0) {
      found.add(server.field, topology,
                "expected database 0 with topology cluster, which has no other, got " +
                    std::to_string(server.url.database));
    }
  }
}

void check_tls(Section& section, const RedisRead& read, CrossFieldChecks& found) {
  const auto encrypted = [](const RedisServer& server) { return server.url.tls; };
  if (read.tls == RedisTls{} || read.servers.empty()) return;
  if (std::any_of(read.servers.begin(), read.servers.end(), encrypted)) return;
  found.add(section["tls"], read.servers.front().field, "expected only with rediss:// urls");
}

void check_sentinel(Section& section, const RedisStoreOptions& redis, CrossFieldChecks& found) {
  const Field topology = section["topology"];
  const Field name = section["master_name"];
  if (redis.topology == RedisTopology::sentinel) {
    if (redis.master_name.empty()) found.add(topology, name, "sentinel needs a master_name beside it");
    if (!section["url"].given() && !section["urls"].given())
      found.add(topology, "sentinel needs the url or urls of sentinels beside it");
    return;
  }
  const std::string text = "expected only with topology sentinel";
  if (!redis.master_name.empty()) found.add(name, topology, text);
  if (!redis.sentinel_user.empty()) found.add(section["sentinel_user"], topology, text);
  if (section["sentinel_password"].given()) found.add(section["sentinel_password"], topology, text);
}

void check_users(Section& section, const RedisStoreOptions& redis, CrossFieldChecks& found) {
  const auto check = [&](const std::string& user, const Field& field, const Field& password) {
    if (user.empty() || password.given()) return;
    found.add(field, password, "a user needs a password, in " + password.key());
  };
  check(redis.user, section["user"], section["password"]);
  check(redis.sentinel_user, section["sentinel_user"], section["sentinel_password"]);
}

// Reports a prefix of keys with a format whose keys have another one.
void check_native(const Field& prefix, const FormatRow& format, CrossFieldChecks& found) {
  if (!prefix.given() || format.no_store_prefix.empty()) return;
  found.add(prefix, "expected only with dialect native: " + std::string(format.no_store_prefix));
}

void check_prefix(Section& section, const RedisStoreOptions& redis, CrossFieldChecks& found) {
  if (redis.topology != RedisTopology::cluster || redis.prefix.find_first_of("{}") == redis.prefix.npos)
    return;
  found.add(section["prefix"], section["topology"],
            "expected no { and } with topology cluster: all sessions would be in one hash slot");
}

// A check may send two commands (it extends the session), and its 503 must come before the request's
// deadline. The default is never longer (read_redis).
void check_deadline(const Field& deadline, const Settings& settings, CrossFieldChecks& found) {
  const milliseconds request = settings.limits.request_deadline;
  const bool comparable = deadline.context().clean("limits.request_deadline");
  if (!deadline.given() || !comparable || settings.redis.deadline <= request / 2) return;
  found.add(deadline, "expected at most half of limits.request_deadline (" + format_duration(request) +
                          "), got " + format_duration(settings.redis.deadline));
}

void warn_of_clear_text(Section& section, const std::vector<RedisServer>& servers) {
  if (!section["password"].given() && !section["sentinel_password"].given()) return;
  const auto exposed = [](const RedisServer& server) {
    return !server.url.tls && !is_local(server.url.address);
  };
  const auto server = std::find_if(servers.begin(), servers.end(), exposed);
  if (server == servers.end()) return;
  server->field.warn("the password and all sessions cross the network in clear text: use rediss://");
}

}  // namespace

void check_redis(Section& section, const RedisRead& read, const Settings& settings) {
  const RedisStoreOptions& redis = settings.redis;
  const Field topology = section["topology"];
  CrossFieldChecks found;
  check_number_of_urls(section, redis.topology, found);
  check_alike(read.servers, redis.topology, found);
  check_reach(read.servers, topology, redis.topology, found);
  check_tls(section, read, found);
  check_sentinel(section, redis, found);
  check_users(section, redis, found);
  check_native(section["prefix"], *settings.format, found);
  check_prefix(section, redis, found);
  check_deadline(section["deadline"], settings, found);
  found.report();
  warn_of_clear_text(section, read.servers);
  if (redis.prefix.empty())
    section["prefix"].warn("without a prefix, sessions mix with whatever else is in this database");
}

}  // namespace session::gateway
