#pragma once

#include <memory>
#include <string>

#include "core/format/cookie_format.h"
#include "core/format/record_format.h"

namespace session {

// The capabilities of a format, as data: code that depends on them reads them here, and never compares the
// format's name.
struct FormatCapabilities {
  bool signed_cookies = true;     // a cookie can't be made without a key
  bool tombstones = false;        // a replaced id can be distinguished from one that never existed
  bool absolute_timeout = false;  // records contain their time of creation
  bool own_lifetime = false;      // records contain their lifetime: the idle timeout does not count
  bool others_write = true;       // other programs write records of this format, too
  bool configured_keys = false;   // signs with the keys and the salt of the configuration's top level
  bool login_facts = false;       // records keep LoginFacts and the name of their lifetime
};

// The cookies and the records of one session library, or our own. A site that migrates from another session
// library uses that library's format. Not thread-safe: one per thread.
struct Format {
  std::string name;  // its name in the configuration; also tells the ids of different formats apart
  FormatCapabilities capabilities;
  std::unique_ptr<CookieFormat> cookies;
  std::unique_ptr<RecordFormat> records;
  // How the store keys begin: what else is kept in the store of these sessions begins so, too, because
  // whoever gives access to Redis allows keys by their beginning.
  std::string store_prefix = {};
};

}  // namespace session
