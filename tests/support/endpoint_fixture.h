#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/endpoints/endpoint.h"
#include "tests/support/asked.h"
#include "tests/support/log_lines.h"
#include "tests/support/session_fixture.h"

namespace session::test {

// Endpoints over a scripted store, asked with plain values. What they log is in `log`.
struct EndpointFixture : SessionFixture {
  gateway::Response answer(gateway::Endpoint endpoint, const Asked& asked) {
    const gateway::Request request = asked.request();
    return respond(endpoint(request, services));
  }
  // Runs what was left to be done after the answer.
  void run_background() {
    for (auto& task : std::exchange(background, {})) run(std::move(task));
  }

  RuleSet rules{{Rule{"user", {Condition{"/user", Condition::Op::exists, true}}},
                 Rule{"admin", {Condition{"/groups", Condition::Op::contains, "admin"}}},
                 Rule{"fresh", {}, seconds(600)}}};
  std::vector<Task<void>> background;
  LogLines log;
  gateway::Telemetry process{gateway::LogSettings{}, log.sink()};
  gateway::WorkerTelemetry telemetry{process};
  gateway::Services services{manager, rules, telemetry, gateway::FlushMode::wait,
                             [this](Task<void> task) { background.push_back(std::move(task)); }};
};

// How many headers of that name an answer has.
inline int count_of(const gateway::Response& response, const std::string& name) {
  const std::string lines = "\r\n" + response.headers.lines();
  int count = 0;
  for (auto at = lines.find("\r\n" + name + ":"); at != std::string::npos;
       at = lines.find("\r\n" + name + ":", at + 1)) {
    ++count;
  }
  return count;
}

// The pair that the answer's Set-Cookie gives the browser, as it would send it back; empty if there is none.
inline std::string given_cookie(const gateway::Response& response) {
  const std::string value(response.headers.get("Set-Cookie"));
  return value.substr(0, value.find(';'));
}

inline const std::string kClearedCookie =
    "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 "
    "GMT";

}  // namespace session::test
