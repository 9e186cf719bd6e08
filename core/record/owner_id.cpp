#include "core/record/owner_id.h"

#include <algorithm>
#include <utility>

#include "core/crypto/base64url.h"

namespace session {
namespace {

constexpr std::size_t kNameBytes = 16;
constexpr std::size_t kNameCharacters = 22;  // of base64url
constexpr std::string_view kOwner = "owner:";

}  // namespace

OwnerId::OwnerId(const std::vector<Secret>& keys, std::string prefix) : prefix_(std::move(prefix)) {
  for (const Secret& key : keys) macs_.emplace_back(key);
}

std::string OwnerId::name_of(Mac& mac, std::string_view subject) const {
  const Mac::Tag tag = mac.tag(subject);
  return prefix_ + std::string(kOwner) + base64url({tag.data(), kNameBytes});
}

std::string OwnerId::of(std::string_view subject) {
  return macs_.empty() ? std::string() : name_of(macs_.front(), subject);
}

bool OwnerId::begins(std::string_view key_behind_prefix) {
  return key_behind_prefix.size() >= kOwner.size() + kNameCharacters &&
         key_behind_prefix.starts_with(kOwner) &&
         is_base64url(key_behind_prefix.substr(kOwner.size(), kNameCharacters));
}

std::vector<std::string> OwnerId::all_of(std::string_view subject) {
  std::vector<std::string> names;
  for (Mac& mac : macs_) {
    std::string name = name_of(mac, subject);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace session
