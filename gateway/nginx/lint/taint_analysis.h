#pragma once

#include <set>
#include <string>
#include <string_view>

#include "gateway/nginx/model/model.h"

namespace session::gateway {

// Finds the variables that clients control (taint analysis). Sources are $arg_, $http_ and $cookie_
// variables, the request line and its parts, and captures of regular expressions. `set`, `map`, `geo`,
// `split_clients` and `auth_request_set` propagate taint, as does a `set` in an `if` with a tainted
// condition. A capture of fixed words (`(?<probe>health|ready)`) is not tainted, nor is a decision on the
// path that nginx has routed on.
class TaintAnalysis {
 public:
  explicit TaintAnalysis(const Model& model);

  // Returns the first variable in the text that the client controls, directly or through a choice, with its
  // $; "" if there is none.
  [[nodiscard]] std::string in(std::string_view text) const;
  // The same, but without variables that a `set` in an `if` sets to fixed words: there the client only
  // chooses among these words.
  [[nodiscard]] std::string said_in(std::string_view text) const;
  // Returns the first variable in the condition of an `if` by which the client decides its result; "" if
  // there is none.
  [[nodiscard]] std::string deciding(const Context& branch) const;

 private:
  void learn_captures_of(const Model& model);
  bool learn(const Directive& line);
  bool learn_choices(const Context& branch);
  [[nodiscard]] std::string decision_in(std::string_view text) const;
  [[nodiscard]] bool is_said(const std::string& variable) const;

  std::set<std::string> said_;
  std::set<std::string> chosen_;
};

}  // namespace session::gateway
