#include "core/record/log_id.h"

#include "core/crypto/base64url.h"
#include "core/crypto/random.h"

namespace session {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNameBytes = 16;

}  // namespace

LogId::LogId(const Secret& key) : mac_(key.empty() ? Secret(system_random().bytes(kKeyBytes)) : key) {}

std::string LogId::of(std::string_view store_key) {
  const Mac::Tag tag = mac_.tag(store_key);
  std::string name = base64url({tag.data(), kNameBytes});
  if (name.front() == '-') name.front() = '_';
  return name;
}

}  // namespace session
