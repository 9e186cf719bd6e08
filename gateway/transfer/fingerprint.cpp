#include "gateway/transfer/fingerprint.h"

#include <algorithm>
#include <set>
#include <vector>

#include "core/base/escape.h"
#include "core/crypto/base64url.h"
#include "core/crypto/mac.h"

namespace session::gateway {
namespace {

constexpr std::size_t kFingerprintBytes = 16;
// Of a text of a file, in a sentence.
constexpr std::size_t kMaxShown = 100;

std::string fingerprint(const Secret& secret) {
  const Secret derived = derive_key(secret, "session-gateway", "fingerprints of secrets in exports v1");
  return base64url(derived.reveal().substr(0, kFingerprintBytes));
}

Json secrets_of(const FormatRow& row, const FormatContext& context) {
  Json secrets = Json::object();
  if (row.shared_secrets == nullptr) return secrets;
  for (const SharedSecret& secret : row.shared_secrets(context))
    secrets[secret.setting].push_back(fingerprint(secret.value));
  return secrets;
}

const Json& member(const Json& object, const char* name) {
  static const Json none;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found == object.end() ? none : *found;
}

std::string shown(const Json& value) {
  return printable(value.is_string() ? value.get_ref<const std::string&>().substr(0, kMaxShown)
                                     : to_text(value).substr(0, kMaxShown));
}

bool lists(const Json& list, const Json& value) {
  return list.is_array() && std::find(list.begin(), list.end(), value) != list.end();
}

// The settings whose secrets are not all here.
std::set<std::string> missing_secrets(const Json& theirs, const Json& ours) {
  std::set<std::string> missing;
  if (!theirs.is_object()) return missing;
  for (const auto& [setting, fingerprints] : theirs.items()) {
    const Json& here = member(ours, setting.c_str());
    for (const Json& each : fingerprints) {
      if (!lists(here, each)) missing.insert(printable(setting.substr(0, kMaxShown)));
    }
  }
  return missing;
}

std::optional<std::string> why_cookies_differ(const Json& theirs, const Json& ours,
                                              const std::string& setting) {
  if (member(theirs, "cookie") == member(ours, "cookie")) return std::nullopt;
  return setting + " is " + shown(member(ours, "cookie")) + " here, and the sessions' cookie is named " +
         shown(member(theirs, "cookie"));
}

std::optional<std::string> why_secrets_differ(const Json& theirs, const Json& ours) {
  std::string names;
  for (const std::string& setting : missing_secrets(member(theirs, "secrets"), member(ours, "secrets")))
    names.append(names.empty() ? "" : ", ").append(setting);
  if (names.empty()) return std::nullopt;
  return "the sessions need secrets that this gateway does not have, or has otherwise: " + names;
}

std::optional<std::string> why_accepted_differ(const Json& theirs, const Json& ours) {
  if (!theirs.is_object()) return std::nullopt;
  for (const auto& [format, needed] : theirs.items()) {
    const Json& here = member(ours, format.c_str());
    const std::string name = printable(format.substr(0, kMaxShown));
    if (!here.is_object())
      return "sessions of " + name + " may be among these, and `accept` does not name it here";
    auto why = why_cookies_differ(needed, here, "the cookie name of " + name);
    if (!why) why = why_secrets_differ(needed, here);
    if (why) return why;
  }
  return std::nullopt;
}

}  // namespace

Json fingerprint_of(const Settings& settings) {
  const FormatRow& in_use = *settings.format;
  Json all = Json::object();
  all["dialect"] = in_use.name;
  all["cookie"] = settings.cookie.name;
  all["secrets"] = secrets_of(in_use, {settings, settings.format_settings(in_use), true, nullptr});
  for (const FormatRow* row : settings.accept) {
    const FormatSettings& own = settings.format_settings(*row);
    all["accept"][std::string(row->name)] = {{"cookie", own.cookie_name},
                                             {"secrets", secrets_of(*row, {settings, own, false, nullptr})}};
  }
  return all;
}

std::optional<std::string> why_unlike(const Json& theirs, const Json& ours) {
  if (!theirs.is_object()) return "it does not say what its sessions need";
  const Json& dialect = member(theirs, "dialect");
  if (dialect != member(ours, "dialect"))
    return "dialect is " + shown(member(ours, "dialect")) + " here, and the sessions are of " +
           shown(dialect);
  auto why = why_cookies_differ(theirs, ours, "cookie.name");
  if (!why) why = why_secrets_differ(theirs, ours);
  if (!why) why = why_accepted_differ(member(theirs, "accept"), member(ours, "accept"));
  return why;
}

}  // namespace session::gateway
