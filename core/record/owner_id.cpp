#include "core/record/owner_id.h"

#include <algorithm>
#include <utility>

#include "core/crypto/base64url.h"

namespace session {
namespace {

constexpr std::size_t kNameBytes = 16;

}  // namespace

OwnerId::OwnerId(const std::vector<Secret>& keys, std::string prefix) : prefix_(std::move(prefix)) {
  for (const Secret& key : keys) macs_.emplace_back(key);
}

std::string OwnerId::name_of(Mac& mac, std::string_view subject) const {
  const Mac::Tag tag = mac.tag(subject);
  return prefix_ + "owner:" + base64url({tag.data(), kNameBytes});
}

std::string OwnerId::of(std::string_view subject) {
  return macs_.empty() ? std::string() : name_of(macs_.front(), subject);
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
