#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace session::gateway {

using ClientParams = std::vector<std::pair<std::string_view, std::string_view>>;

// One request of a client as FastCGI 1.0: the role of a responder, no body, and no wish to keep the
// connection. REQUIRES: together the params fit into one record (64 KiB).
[[nodiscard]] std::string fastcgi_request(const ClientParams& params);

// What a responder has answered.
struct ClientAnswer {
  int status = 0;
  std::string reason;  // X-Session-Reason, or ""
  std::string body;
};

// Puts one answer together from the bytes of a connection, in pieces of any size. Trusts nothing in them: the
// peer may be another program. Not thread-safe.
class FastcgiAnswer {
 public:
  explicit FastcgiAnswer(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  enum class State {
    incomplete,
    complete,
    malformed,  // this is not FastCGI, or no answer to the request
    too_large,
  };
  [[nodiscard]] State feed(std::string_view bytes);

  // The error says what is wrong with the output, as the rest of a sentence. REQUIRES: it is complete.
  [[nodiscard]] Result<ClientAnswer, std::string> answer() const;

 private:
  [[nodiscard]] State take_records();
  [[nodiscard]] State take_record(unsigned char type, std::string_view content);

  std::size_t max_bytes_;
  std::string unread_;  // the beginning of a record
  std::string output_;  // of STDOUT
};

}  // namespace session::gateway
