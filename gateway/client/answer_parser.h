#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace session::gateway {

// What a gateway has answered.
struct ClientAnswer {
  int status = 0;
  std::string reason;  // X-Session-Reason, or ""
  std::string body;
};

// Puts one answer together from the bytes of a connection, in pieces of any size. Trusts nothing in them: the
// peer may be another program. Not thread-safe.
class AnswerParser {
 public:
  AnswerParser() = default;
  virtual ~AnswerParser() = default;
  AnswerParser(const AnswerParser&) = delete;
  AnswerParser& operator=(const AnswerParser&) = delete;

  enum class State {
    incomplete,
    complete,
    malformed,  // this is not the protocol, or no answer to the request
    too_large,
  };
  [[nodiscard]] virtual State feed(std::string_view bytes) = 0;

  // The error says what is wrong with the answer, as the rest of a sentence. REQUIRES: it is complete.
  [[nodiscard]] virtual Result<ClientAnswer, std::string> answer() const = 0;
};

}  // namespace session::gateway
