#include "core/session/record_reader.h"

#include <functional>

namespace session {

RecordReader::RecordReader(const Dialect& dialect, std::shared_ptr<const Identity> identity, std::size_t slots)
    : dialect_(dialect), identity_(std::move(identity)), slots_(slots) {}

RecordReader::Slot& RecordReader::slot_of(const std::string& key) {
  return slots_[std::hash<std::string>{}(key) & (slots_.size() - 1)];
}

Result<RecordReader::Summary, Refusal> RecordReader::summary(const std::string& key, const Bytes& bytes) {
  Slot& slot = slot_of(key);
  if (slot.summary && slot.key == key && slot.bytes == bytes) return slot.summary;
  auto decoded = dialect_.decode(bytes.view());
  if (!decoded) return decoded.error();
  auto summary = std::make_shared<const RecordSummary>(RecordSummary{
      decoded->created, identity_->subject(decoded->data), identity_->headers(decoded->data)});
  slot = Slot{key, bytes, summary};
  return Summary(std::move(summary));
}

}  // namespace session
