#pragma once

#include <string_view>
#include <vector>

#include "gateway/config/settings.h"

namespace session::gateway {

// A file that a front reads.
struct FrontFile {
  std::string_view source;  // in conf/fronts: the template
  std::string_view name;    // what it is called where the front has it; with @check@: one for each check
};

// A web server or proxy in front of applications that asks the gateway, and what its configuration can say.
struct Front {
  std::string_view name;
  Protocol protocol = Protocol::http;  // by which it asks
  std::vector<FrontFile> files;
  std::string_view directory;  // where its files are, unless --output says something else
  // The listener's address in its words, as templates: of @path@, and of @host@ (IPv6 in brackets) and
  // @port@. Empty: it can't connect to such a listener.
  std::string_view unix_address;
  std::string_view tcp_address;
  // The file that has the secret of the listener, and nothing else, as a template of @secret@. Empty: the
  // front can't keep a secret from the applications, and needs a listener without one.
  std::string_view secret_file;
  std::string_view secret_text;
  // Whether its template names every spelling of an identity header with - and _, since it has no patterns.
  bool lists_spellings = false;
};

// All of them, by name: the one table. A front is a row here and its files in conf/fronts.
[[nodiscard]] const std::vector<Front>& fronts();

}  // namespace session::gateway
