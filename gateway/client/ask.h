#pragma once

#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "gateway/client/answer_parser.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// What a client asks a running gateway, and where.
struct Question {
  Listen where;               // and by which protocol
  std::string_view endpoint;  // health, ready, metrics or admin
  Secret secret;              // of the listener; empty: none
  milliseconds timeout;       // from the connect to the last byte of the answer
  // By HTTP, of an endpoint that has several addresses (`admin`).
  std::string_view method = "GET";
  std::string_view target = {};  // path and query; empty: the endpoint's name
  std::string_view body = {};
};

// Asks over a connection of its own, and blocks until the answer is there or the timeout has passed. The
// error is a sentence for the operator: what happened, and what helps.
[[nodiscard]] Result<ClientAnswer, std::string> ask(const Question& question);

}  // namespace session::gateway
