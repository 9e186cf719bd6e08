#include "core/session/record_reader.h"

#include <functional>

namespace session {
namespace {

// A decoded value takes several times its text: a node and a name for each member.
constexpr std::size_t kPerByte = 8;

std::size_t cost_of(const Bytes& bytes, const RecordSummary& summary) {
  const std::size_t envelope = summary.envelope.is_null() ? 0 : to_text(summary.envelope).size();
  return 256 + bytes.size() + summary.identity.size() + kPerByte * envelope +
         (summary.data ? kPerByte * bytes.size() : 0);
}

}  // namespace

RecordReader::RecordReader(const Dialect& dialect, std::shared_ptr<const Identity> identity,
                           RecordMemory memory)
    : dialect_(dialect), identity_(std::move(identity)), limits_(memory), slots_(memory.slots) {}

Result<RecordReader::Summary, Refusal> RecordReader::summary(const std::string& key, const Bytes& bytes) {
  Slot& slot = slots_[std::hash<std::string>{}(key) & (slots_.size() - 1)];
  if (slot.summary && slot.key == key && slot.bytes == bytes) return slot.summary;
  static const WantedMembers kAll;
  auto decoded = dialect_.decode_wanted(bytes.view(), limits_.keep_data ? kAll : identity_->wanted());
  if (!decoded) return decoded.error();
  auto made = std::make_shared<RecordSummary>();
  made->age = {decoded->created, decoded->lifetime};
  made->envelope = std::move(decoded->envelope);
  made->subject = identity_->subject(decoded->data);
  made->identity = identity_->headers(decoded->data);
  if (limits_.keep_data) made->data = std::move(decoded->data);
  Summary summary = std::move(made);
  remember(slot, key, bytes, summary);
  return summary;
}

void RecordReader::remember(Slot& slot, const std::string& key, const Bytes& bytes, const Summary& summary) {
  forget(slot);
  const std::size_t cost = cost_of(bytes, *summary);
  if (cost > limits_.bytes) return;
  while (held_ + cost > limits_.bytes) {
    forget(slots_[hand_]);
    hand_ = (hand_ + 1) & (slots_.size() - 1);
  }
  slot = Slot{key, bytes, summary, cost};
  held_ += cost;
}

void RecordReader::forget(Slot& slot) {
  held_ -= slot.cost;
  slot = Slot{};
}

}  // namespace session
