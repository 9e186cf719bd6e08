#pragma once

#include <set>
#include <string>
#include <string_view>

#include "gateway/nginx/model.h"

namespace session::gateway {

// Which variables hold what a client says: $arg_, $http_ and $cookie_ variables, the request line and its
// parts, what a regular expression takes from it, and what `set` and `map` make of all these. A capture of
// fixed words
// (`(?<probe>health|ready)`) is not the client's word, nor is a map that decides on the path nginx has routed
// on.
class ClientWords {
 public:
  explicit ClientWords(const Model& model);

  // The first variable in the text that holds what the client says, with its $; "": there is none.
  [[nodiscard]] std::string in(std::string_view text) const;

 private:
  bool learn(const Directive& line);
  [[nodiscard]] bool is_clients(const std::string& variable) const;

  std::set<std::string> learned_;
};

}  // namespace session::gateway
