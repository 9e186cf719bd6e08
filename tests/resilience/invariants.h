#pragma once

#include <string>

#include "tests/support/daemon/wire_peer.h"

namespace session::gateway::test {

// What an answer under load was.
struct Judgement {
  enum class Kind {
    sound,    // what the store knows
    checked,  // what the store knows, or a copy of the near cache
    refused,  // what is to be said without asking the store
    outage,   // "the store can't answer", said as it is to be said
    wrong,    // anything else
  };
  Kind kind = Kind::sound;
  std::string why = {};  // if it was wrong

  [[nodiscard]] bool is_sound() const { return kind == Kind::sound || kind == Kind::checked; }
};

[[nodiscard]] inline Judgement wrong(const std::string& asked, const Answer& answer) {
  return {Judgement::Kind::wrong, asked + " was answered: " + answer.content};
}

// A 503 that says so, when to come again, and nothing of a cookie.
[[nodiscard]] inline bool is_outage(const Answer& answer) {
  return answer.status == 503 && answer.header("X-Session-Reason") == "store-unavailable" &&
         !answer.header("Retry-After").empty() && answer.header("Set-Cookie").empty();
}

// `if_sound`: what a sound answer is.
[[nodiscard]] inline Judgement judged(const std::string& asked, const Answer& answer, bool sound,
                                      Judgement::Kind if_sound = Judgement::Kind::sound) {
  if (sound && answer.header("Set-Cookie").empty()) return {if_sound};
  if (is_outage(answer)) return {Judgement::Kind::outage};
  return wrong(asked, answer);
}

}  // namespace session::gateway::test
