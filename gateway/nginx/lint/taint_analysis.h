#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "gateway/nginx/model/model.h"

namespace session::gateway {

// Returns true for a network that is so wide that strangers belong to it: 0.0.0.0/0, ::/0, 0.0.0.0/1. The
// networks of content delivery networks are much smaller.
[[nodiscard]] bool is_wide_network(const std::string& network);

// Finds the variables that clients control (taint analysis). Sources are $arg_, $http_ and $cookie_
// variables, the request line and its parts, and what regular expressions capture in them; and $remote_addr,
// where anybody may say it. `set`, `map`, `geo`, `split_clients` and `auth_request_set` propagate taint, as
// does a `set` in an `if` with a tainted condition; a `map` also by its values. A capture of fixed words
// (`(?<probe>health|ready)`) is not tainted, nor is one from a variable that is not, nor is a decision on the
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
  // A text that an expression with groups is matched against; "" is the request's address.
  using Source = std::string;

  void find_captures(const Directive& line, const Source& condition);
  bool learn_captures();
  bool learn(const Directive& line);
  [[nodiscard]] bool has_tainted_value(const Directive& table) const;
  // The first tainted variable of a text in which $1 stands for captures from `source`.
  [[nodiscard]] std::string in_beside(std::string_view text, const Source& source) const;
  [[nodiscard]] bool captures_clients_words(const Source& source) const;
  bool learn_choices(const Context& branch);
  [[nodiscard]] std::string decision_in(std::string_view text) const;
  [[nodiscard]] bool is_said(const std::string& variable) const;

  std::set<std::string> said_;
  std::set<std::string> chosen_;
  std::map<std::string, std::set<Source>> captures_;  // what the groups of that name are matched against
  std::map<const Directive*, Source> numbered_;       // what $1 comes from in a `set` in an `if`
};

}  // namespace session::gateway
