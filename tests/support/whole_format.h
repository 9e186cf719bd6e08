#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/format/express/express.h"
#include "core/format/native/native.h"
#include "core/format/session_store/session_store.h"

namespace session::test {

// Both halves of a format in one object, for tests of either. Records are read and written under a key of no
// meaning.
class WholeFormat {
 public:
  explicit WholeFormat(Format format) : format_(std::move(format)) {}

  Result<VerifiedCookie, RejectReason> verify(std::string_view value) {
    return format_.cookies->verify(value);
  }
  std::string cookie(std::string_view id, seconds issued) { return format_.cookies->cookie(id, issued); }
  std::string new_id() { return format_.cookies->new_id(); }
  [[nodiscard]] std::string store_key(std::string_view id) const { return format_.cookies->store_key(id); }

  void complete(Record& record, seconds now) const { format_.records->complete(record, now); }
  [[nodiscard]] bool reserves(std::string_view attribute) const {
    return format_.records->reserves(attribute);
  }
  [[nodiscard]] std::string encode(const Record& record) const {
    return format_.records->encode("key", record);
  }
  [[nodiscard]] Result<Record, RejectReason> decode(std::string_view bytes) const {
    return format_.records->decode("key", bytes);
  }
  [[nodiscard]] std::optional<std::string> tombstone(std::string_view successor) const {
    return format_.records->tombstone(successor);
  }
  [[nodiscard]] std::string successor(std::string_view bytes) const {
    return format_.records->successor(bytes);
  }

  [[nodiscard]] const Format& format() const { return format_; }
  [[nodiscard]] const RecordFormat& records() const { return *format_.records; }

 private:
  Format format_;
};

struct WholeNative : WholeFormat {
  WholeNative(NativeFormatOptions options, const Random& random)
      : WholeFormat(native_format(std::move(options), random)) {}
};
struct WholeExpress : WholeFormat {
  WholeExpress(ExpressFormatOptions options, const Random& random)
      : WholeFormat(express_format(std::move(options), random)) {}
};
struct WholeSessionStore : WholeFormat {
  WholeSessionStore(SessionStoreFormatOptions options, const Random& random)
      : WholeFormat(session_store_format(std::move(options), random)) {}
};

// A record of these attributes that was made then.
inline Record record_with(std::optional<seconds> created, Json attributes) {
  Record record = Record::of(std::move(attributes));
  record.created = created;
  return record;
}

}  // namespace session::test
