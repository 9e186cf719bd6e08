#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tests/support/session_fixture.h"

namespace session::test {

// Records without room for a tombstone, as other libraries have them.
class Graveless final : public RecordFormat {
 public:
  explicit Graveless(std::unique_ptr<RecordFormat> native) : native_(std::move(native)) {}
  std::string encode(std::string_view key, const Record& record) const override {
    return native_->encode(key, record);
  }
  Result<Record, RejectReason> decode(std::string_view key, std::string_view bytes) const override {
    return native_->decode(key, bytes);
  }
  Result<RecordHead, RejectReason> decode_head(std::string_view key, std::string_view bytes,
                                               const WantedMembers& wanted) const override {
    return native_->decode_head(key, bytes, wanted);
  }

 private:
  std::unique_ptr<RecordFormat> native_;
};

inline Format graveless_format(const Random& random) {
  Format format = native_format(format_options(), random);
  format.records = std::make_unique<Graveless>(std::move(format.records));
  return format;
}

}  // namespace session::test
