#pragma once

#include <memory>
#include <string>

#include "core/format/cookie_format.h"
#include "core/format/record_format.h"

namespace session {

// What a format can do, as data: whoever has to know asks here, and not for the format's name.
struct FormatCapabilities {
  bool signed_cookies = true;     // nobody can make a cookie without a key
  bool tombstones = false;        // a replaced id can be told from one that never was
  bool absolute_timeout = false;  // records say when they were made
  bool own_lifetime = false;     // records say themselves how long they live: the idle timeout does not count
  bool configured_keys = false;  // it signs with the keys and the salt of the configuration's top level
};

// How one kind of session is spoken of: by its cookies and by its records. A site that comes from another
// session library uses that library's format. Not thread-safe: one per thread.
struct Format {
  std::string name;  // as the configuration calls it; also tells the ids of one format from those of another
  FormatCapabilities capabilities;
  std::unique_ptr<CookieFormat> cookies;
  std::unique_ptr<RecordFormat> records;
};

}  // namespace session
