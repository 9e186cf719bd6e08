#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/store/redis/connection/transport.h"
#include "gateway/config/redis_checks.h"
#include "gateway/config/redis_url.h"
#include "gateway/config/referenced_file.h"
#include "gateway/config/sections.h"
#include "gateway/config/values.h"

// Problems never quote urls and names: a password may stand in the wrong place.

namespace session::gateway {
namespace {

constexpr std::size_t kMaxUrls = 64;
constexpr std::size_t kMaxNameBytes = 255;
constexpr std::uint16_t kPort = 6379;
constexpr std::uint16_t kSentinelPort = 26379;

constexpr Choices<RedisTopology, 3> kTopologies = {{{"single", RedisTopology::single},
                                                    {"sentinel", RedisTopology::sentinel},
                                                    {"cluster", RedisTopology::cluster}}};

constexpr Range<milliseconds> kDeadlines = {milliseconds(1), std::chrono::minutes(1)};

void read_server(const Field& field, std::uint16_t default_port, std::vector<RedisServer>& to) {
  field.describe([] { return pattern_shape("^(rediss?|unix)://"); });
  const auto text = field.text("a url such as redis://127.0.0.1:6379/0");
  if (!text) return;
  auto url = parse_redis_url(*text, default_port);
  if (!url) return field.problem(url.error());
  to.push_back({field, std::move(*url)});
}

void read_servers(const Field& field, std::uint16_t default_port, std::vector<RedisServer>& to) {
  field.describe([] { return Json{{"minItems", 1}, {"maxItems", kMaxUrls}}; });
  const std::vector<Field> items = items_of(field);
  if (field.given() && field.clean() && items.empty()) field.problem("expected at least one url");
  if (items.size() > kMaxUrls) {
    return field.problem("expected at most " + std::to_string(kMaxUrls) + " urls, got " +
                         std::to_string(items.size()));
  }
  for (const Field& item : items) read_server(item, default_port, to);
}

std::vector<RedisServer> servers_in(Section& section, const RedisStoreOptions& defaults) {
  const Field one = section["url"];
  const Field many = section["urls"];
  const std::uint16_t port = defaults.topology == RedisTopology::sentinel ? kSentinelPort : kPort;
  std::vector<RedisServer> servers;
  read_server(one, port, servers);
  read_servers(many, port, servers);
  if (one.given() && many.given()) return {};  // it is unknown which of the two is meant
  if (one.given() || many.given()) return servers;
  return {{one, RedisUrl{defaults.addresses.front(), defaults.database, false}}};
}

// Reads the name of a user or a master: Redis allows no spaces there.
void read_name(const Field& field, std::string& to) {
  std::string name;
  field.describe(text_shape);
  if (field.given()) read_text(field, name);
  const bool plain = std::all_of(name.begin(), name.end(), is_graphic);
  if (!plain || name.size() > kMaxNameBytes)
    return field.problem("expected at most 255 printable ASCII characters without spaces");
  to = name;
}

// Reads the file now, so that a problem appears before the first connection.
enum class PemContent { certificates, key };
void read_pem(const Field& field, std::string& to, PemContent what) {
  field.describe(text_shape);
  const auto text = field.text("the path of a file");
  if (!text || text->empty()) return;
  const auto file = named_file(field, 0);
  if (!file) return;
  if (what == PemContent::key) warn_if_open(field, file->access);
  to = file_path_in(field).value_or("");
}

void read_tls(Section& section, RedisTls& to) {
  read_pem(section["ca_file"], to.ca_file, PemContent::certificates);
  const Field certificate = section["certificate"];
  const Field key = section["key"];
  const Field name = section["server_name"];
  read_pem(certificate, to.certificate, PemContent::certificates);
  read_pem(key, to.key, PemContent::key);
  read_text(name, to.server_name);
  if (!to.server_name.empty() && !is_host(to.server_name))
    name.problem("expected the name of a host or a numeric address");
  if (!certificate.clean() || !key.clean() || to.certificate.empty() == to.key.empty()) return;
  if (to.key.empty()) certificate.problem("a certificate needs a key beside it");
  if (to.certificate.empty()) key.problem("a key needs a certificate beside it");
}

// Checks that OpenSSL accepts them, and that the key belongs to the certificate.
void try_tls(Section& section, const RedisTls& tls) {
  const Field ca = section["ca_file"];
  const Field certificate = section["certificate"];
  const Field key = section["key"];
  if (!ca.clean() || !certificate.clean() || !key.clean()) return;
  if (tls.ca_file.empty() && tls.certificate.empty()) return;
  try {
    (void)make_tls_context(tls);
  } catch (const BadTlsFile& bad) {
    const Field& blamed = bad.file == &RedisTls::ca_file ? ca
                          : bad.file == &RedisTls::key   ? key
                                                         : certificate;
    blamed.problem("this file can't be used: " + bad.why);
  }
}

// The addresses keep their default if none could be read: then there is a problem, and no settings are used.
void assign(const RedisRead& read, RedisStoreOptions& to) {
  if (read.servers.empty()) return;
  to.addresses.clear();
  for (const RedisServer& server : read.servers) to.addresses.push_back(server.url.address);
  to.database = read.servers.front().url.database;
  if (read.servers.front().url.tls) to.tls = read.tls;
}

// There is a near cache if it has a size.
void read_near_cache(Section& section, NearCacheOptions& to) {
  const Field max_bytes = section["max_bytes"];
  const Field max_age = section["max_age"];
  const Field stale_on_outage = section["stale_on_outage"];
  read_size(max_bytes, to.max_bytes, {std::size_t{1} << 20, std::size_t{1} << 40}, PlainBytes::refused);
  read_duration(max_age, to.max_age, {std::chrono::seconds(1), std::chrono::hours(1)});
  read_duration(stale_on_outage, to.stale_on_outage, {milliseconds(0), std::chrono::hours(1)});
  if (max_bytes.given()) return;
  for (const Field& field : {max_age, stale_on_outage}) {
    if (field.given()) field.problem("needs max_bytes beside it: without a size there is no near cache");
  }
}

}  // namespace

void read_redis(Section& section, Settings& to) {
  RedisStoreOptions& redis = to.redis;
  RedisRead read;
  section.field().describe([] { return Json{{"not", {{"type", "object"}, {"required", {"url", "urls"}}}}}; });
  read_choice(section["topology"], redis.topology, kTopologies);
  read.servers = servers_in(section, redis);
  read_name(section["master_name"], redis.master_name);
  read_name(section["user"], redis.user);
  read_password(section["password"], redis.password);
  read_name(section["sentinel_user"], redis.sentinel_user);
  read_password(section["sentinel_password"], redis.sentinel_password);
  read_map(section["tls"], [&](Section& tls) {
    read_tls(tls, read.tls);
    try_tls(tls, read.tls);
  });
  read_prefix(section["prefix"], redis.prefix);
  const Field deadline = section["deadline"];
  read_duration(deadline, redis.deadline, kDeadlines);
  // A short limits.request_deadline must be possible without any setting of Redis.
  if (!deadline.given()) redis.deadline = std::min(redis.deadline, to.limits.request_deadline / 2);
  read_duration(section["connect_deadline"], redis.connect_deadline, kDeadlines);
  read_size(section["anonymous_bytes"], redis.expendable_bytes, {std::size_t{1} << 20, std::size_t{1} << 40},
            PlainBytes::refused);
  read_map(section["near_cache"], [&](Section& near) { read_near_cache(near, redis.near_cache); });
  check_redis(section, read, to);
  assign(read, redis);
}

}  // namespace session::gateway
