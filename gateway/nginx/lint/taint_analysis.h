#pragma once

#include <set>
#include <string>
#include <string_view>

#include "gateway/nginx/model/model.h"

namespace session::gateway {

// Which variables hold what a client says: $arg_, $http_ and $cookie_ variables, the request line and its
// parts, what a regular expression takes from it, and what `set`, `map`, `geo`, `split_clients` and
// `auth_request_set` make of all these, a `set` in an `if` that asks for such a word too. A capture of fixed
// words (`(?<probe>health|ready)`) is not the client's word, nor is a decision on the path that nginx has
// routed on.
class TaintAnalysis {
 public:
  explicit TaintAnalysis(const Model& model);

  // The first variable in the text that holds what the client says, or what it chooses by that, with its $;
  // "": there is none.
  [[nodiscard]] std::string in(std::string_view text) const;
  // The same, but for variables that it only chooses: by a `set` of fixed words in an `if`.
  [[nodiscard]] std::string said_in(std::string_view text) const;
  // The first variable in the condition of an `if` that lets the client decide; "": there is none.
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
