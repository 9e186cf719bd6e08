#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "gateway/config/referenced_file.h"
#include "gateway/config/secret_file.h"
#include "gateway/config/sections.h"
#include "gateway/config/shapes.h"

// No problem here quotes the file, not even ids and paths: a secret may stand in the wrong place.

namespace session::gateway {
namespace {

constexpr std::size_t kMinSaltBytes = 1;      // a salt need not be hard to guess (RFC 5869, 3.1)
constexpr std::size_t kMinPasswordBytes = 1;  // how long one is, is up to the server that asks for it
// nginx reads the secret of a listener from its configuration: one token, without variables.
constexpr std::size_t kMaxListenSecretBytes = 1024;
constexpr std::size_t kMaxListenSecrets = 2;

std::optional<Secret> secret_in_file(const Field& field) {
  auto file = named_file(field, kMaxSecretBytes);
  if (!file) return std::nullopt;
  const bool too_large = file->bytes.size() > kMaxSecretBytes;
  Secret secret = secret_in(std::move(file->bytes));
  warn_if_open(field, file->access);
  if (!too_large) return secret;
  field.problem("this file is larger than 64KiB");
  return std::nullopt;
}

std::optional<Secret> secret_in_place(const Field& field) {
  const auto text = field.text("text");
  if (!text) return std::nullopt;
  warn_if_open(field, field.context().access());
  return Secret(std::string(*text));
}

// Reads a map with `file` or `value`, and the other keys that the caller asks for.
void read_secret(Section& section, Secret& to, std::size_t least) {
  const Field file = section["file"];
  const Field value = section["value"];
  section.field().describe([] { return one_key_shape({"file", "value"}); });
  file.describe(text_shape);
  value.describe(text_shape);
  if (file.given() == value.given()) {
    section.field().problem(file.given() ? "expected file or value, not both" : "expected file or value");
    return;
  }
  const Field& field = file.given() ? file : value;
  auto secret = file.given() ? secret_in_file(file) : secret_in_place(value);
  if (!secret) return;
  if (secret->empty()) return field.problem("this secret is empty");
  if (secret->size() < least) {
    return field.problem("expected a secret of at least " + std::to_string(least) + " bytes, got " +
                         std::to_string(secret->size()));
  }
  to = std::move(*secret);
}

void read_id(const Field& field, std::string& to) {
  field.describe([] { return Json{{"type", {"string", "integer"}}, {"pattern", "^[A-Za-z0-9_-]{1,32}$"}}; });
  const auto text = field.text("text");
  if (!text) return;
  to = *text;
  if (!valid_key_id(*text)) {
    field.problem("expected 1 to " + std::to_string(kMaxKeyIdBytes) + " of A-Z, a-z, 0-9, _ and -");
  }
}

KeyMaterial read_key(Section& section) {
  KeyMaterial key;
  const Field id = section["id"];
  section.field().describe([] { return Json{{"required", {"id"}}}; });
  if (!id.given()) section.field().problem("expected an id");
  read_id(id, key.id);
  read_secret(section, key.secret, kMinSecretBytes);
  return key;
}

// Reports two keys with one id: a cookie could not say which of them signed it.
void check_ids(const std::vector<Field>& items, const std::vector<KeyMaterial>& keys) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto same = [&](const KeyMaterial& key) { return key.id == keys[i].id; };
    const auto first = std::find_if(keys.begin(), keys.end(), same) - keys.begin();
    if (keys[i].id.empty() || static_cast<std::size_t>(first) == i) continue;
    items[i].context().add(
        {items[i].line(), items[i].key() + ".id", "the same id as keys[" + std::to_string(first) + "]"});
  }
}

bool fits_nginx(const Secret& secret) {
  const std::string_view bytes = secret.reveal();
  const auto fits = [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || std::string_view("-_.~+/=").find(c) != std::string_view::npos;
  };
  return bytes.size() <= kMaxListenSecretBytes && std::all_of(bytes.begin(), bytes.end(), fits);
}

void read_listen_secret(const Field& field, std::vector<Secret>& to) {
  read_map(
      field,
      [&](Section& section) {
        Secret secret;
        read_secret(section, secret, kMinSecretBytes);
        if (secret.empty()) return;
        if (!fits_nginx(secret)) {
          return section.field().problem(
              "expected at most 1024 of A-Z, a-z, 0-9 and - _ . ~ + / =, since nginx has to write it "
              "(session-gateway key new)");
        }
        to.push_back(std::move(secret));
      },
      Section::Names::hidden);
}

}  // namespace

void read_listen_secrets(const Field& field, std::vector<Secret>& to) {
  field.describe([] { return Json{{kOrListOfAtMost, kMaxListenSecrets}}; });
  if (field.context().lists_keys()) return read_listen_secret(field, to);
  if (!field.given()) return;
  if (field.node()->kind != YamlNode::Kind::list) return read_listen_secret(field, to);
  const std::vector<Field> items = items_of(field);
  if (items.empty() || items.size() > kMaxListenSecrets) {
    field.problem("expected one secret, or a list of two while nginx changes from one to the other");
  }
  for (const Field& item : items) read_listen_secret(item, to);
}

void read_salt(const Field& field, Secret& to) {
  if (!field.given() && !field.context().lists_keys()) return;
  read_map(
      field, [&](Section& section) { read_secret(section, to, kMinSaltBytes); }, Section::Names::hidden);
}

void read_secrets(const Field& field, std::vector<Secret>& to) {
  field.describe([] { return Json{{"minItems", 1}}; });
  const std::vector<Field> items = items_of(field);
  if (field.given() && field.clean() && items.empty()) field.problem("expected at least one secret");
  for (const Field& item : items) {
    Secret& secret = to.emplace_back();
    read_map(
        item, [&](Section& section) { read_secret(section, secret, kMinSaltBytes); }, Section::Names::hidden);
  }
}

void read_password(const Field& field, PasswordSource& to) {
  if (!field.given() && !field.context().lists_keys()) return;
  read_map(
      field,
      [&](Section& section) {
        Secret password;
        read_secret(section, password, kMinPasswordBytes);
        if (password.empty()) return;
        const auto path = file_path_in(section["file"]);
        to = path ? password_in_file(*path, std::move(password)) : fixed_password(std::move(password));
      },
      Section::Names::hidden);
}

void read_keys(const Field& field, std::vector<KeyMaterial>& to) {
  field.describe([] { return Json{{"minItems", 1}}; });
  const std::vector<Field> items = items_of(field);
  if (field.given() && field.clean() && items.empty()) {
    field.problem("expected at least one key; leave keys and salt out for random ones");
  }
  for (const Field& item : items) {
    KeyMaterial& key = to.emplace_back();
    read_map(
        item, [&](Section& section) { key = read_key(section); }, Section::Names::hidden);
  }
  check_ids(items, to);
}

}  // namespace session::gateway
