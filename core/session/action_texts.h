#pragma once

#include <string_view>
#include <vector>

namespace session {

// Actions as texts: request headers or nginx params, each of which may come several times. Views: whoever
// fills it in owns the texts.
struct ActionTexts {
  std::vector<std::string_view> set = {};         // a JSON object, or key=value for a string
  std::vector<std::string_view> unset = {};       // keys, separated by commas
  std::vector<std::string_view> destroy = {};     // "true" or "false"; an empty text is as if it had not come
  std::vector<std::string_view> regenerate = {};  // likewise
  std::vector<std::string_view> flush = {};       // likewise
};

}  // namespace session
