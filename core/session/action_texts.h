#pragma once

#include <string_view>
#include <vector>

namespace session {

// The texts of a request's actions: request headers or nginx params, each of which may come several times.
// The struct holds views, whose texts must outlive it.
struct ActionTexts {
  std::vector<std::string_view> set = {};         // a JSON object, or key=value for a string
  std::vector<std::string_view> unset = {};       // keys, separated by commas
  std::vector<std::string_view> destroy = {};     // "true" or "false"; an empty text is ignored
  std::vector<std::string_view> regenerate = {};  // likewise
  std::vector<std::string_view> flush = {};       // likewise
  std::vector<std::string_view> lifetime = {};    // the name of a lifetime; an empty text is ignored
};

}  // namespace session
