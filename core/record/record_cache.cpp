#include "core/record/record_cache.h"

#include <functional>

namespace session {
namespace {

// A decoded value takes several times its text: a node and a name for each member.
constexpr std::size_t kPerByte = 8;

// What a value takes beside itself, about.
std::size_t weight_of(const Json& value) {
  constexpr std::size_t kNode = 96;
  if (value.is_string()) return sizeof(std::string) + value.get_ref<const std::string&>().size();
  std::size_t weight = value.is_structured() ? kNode : 0;
  if (const auto* object = value.get_ptr<const Json::object_t*>()) {
    for (const auto& [name, member] : *object) weight += kNode + name.size() + weight_of(member);
  } else if (value.is_array()) {
    for (const Json& item : value) weight += sizeof(Json) + weight_of(item);
  }
  return weight;
}

std::size_t cost_of(const Bytes& bytes, const RecordSummary& summary) {
  return 256 + bytes.size() + summary.identity.size() + (summary.subject ? summary.subject->size() : 0) +
         weight_of(summary.format_fields) + (summary.data ? kPerByte * bytes.size() : 0);
}

}  // namespace

RecordCache::RecordCache(const Dialect& dialect, std::shared_ptr<const Identity> identity,
                         RecordCacheOptions memory)
    : dialect_(dialect), identity_(std::move(identity)), limits_(memory), slots_(memory.slots) {}

Result<RecordCache::Summary, RejectReason> RecordCache::summary(const std::string& key, const Bytes& bytes) {
  const std::size_t key_hash = std::hash<std::string>{}(key);
  Slot& slot = slots_[key_hash & (slots_.size() - 1)];
  if (slot.summary && slot.key_hash == key_hash && slot.bytes == bytes) return slot.summary;
  auto decoded = limits_.keep_data ? dialect_.decode(bytes.view())
                                   : dialect_.decode_wanted(bytes.view(), identity_->wanted());
  if (!decoded) return decoded.error();
  auto made = std::make_shared<RecordSummary>();
  made->age = {decoded->created, decoded->lifetime};
  made->format_fields = std::move(decoded->format_fields);
  made->subject = identity_->subject(decoded->data);
  made->identity = identity_->headers(decoded->data);
  if (limits_.keep_data) made->data = std::move(decoded->data);
  Summary summary = std::move(made);
  const bool others = slot.summary && slot.key_hash != key_hash;
  if (!others || admission_.admit_next()) remember(slot, key_hash, bytes, summary);
  return summary;
}

void RecordCache::remember(Slot& slot, std::size_t key_hash, const Bytes& bytes, Summary summary) {
  forget(slot);
  const std::size_t cost = cost_of(bytes, *summary);
  if (cost > limits_.bytes) return;
  while (held_ + cost > limits_.bytes) {
    forget(slots_[hand_]);
    hand_ = (hand_ + 1) & (slots_.size() - 1);
  }
  slot = Slot{key_hash, bytes, std::move(summary), cost};
  held_ += cost;
}

void RecordCache::forget(Slot& slot) {
  held_ -= slot.cost;
  slot = Slot{};
}

}  // namespace session
