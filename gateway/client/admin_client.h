#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/json/json.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// What is asked of the endpoint `admin`.
struct AdminQuestion {
  std::string_view method = "GET";
  std::string path;
  std::vector<std::pair<std::string_view, std::string>> query = {};  // names and values, as they are
  std::string body = {};
};

// Asks the endpoint `admin` on the socket of operators. Blocks.
class AdminClient {
 public:
  AdminClient(Listen where, milliseconds timeout) : where_(std::move(where)), timeout_(timeout) {}

  enum class Outcome {
    done,
    nothing_found,  // 404
    refused,        // another status
    unreachable,    // no answer
  };
  struct Result {
    Outcome outcome = Outcome::done;
    std::string problem = {};  // a sentence for the operator, unless it is done
    Json body = {};            // of the answer, or of the problem if the gateway has answered
  };
  // Asks for all parts of an answer: as long as one has a cursor, for the one behind it. `take` gets each.
  [[nodiscard]] Result ask(const AdminQuestion& question, const std::function<void(const Json&)>& take) const;
  // Asks for one part, which a cursor names; empty: the first. If it is done, the body is the answer, and
  // cursor_in() names the part behind it.
  [[nodiscard]] Result ask_part(const AdminQuestion& question, const std::string& cursor) const;
  [[nodiscard]] static std::string cursor_in(const Json& answer);

 private:
  Listen where_;
  milliseconds timeout_;
};

}  // namespace session::gateway
