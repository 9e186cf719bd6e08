#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "examples/demo/request.h"
#include "examples/demo/text.h"

namespace session::demo {

struct Response {
  int status = 200;
  std::string headers;  // lines
  std::string body;
};

// The values of a template of examples/demo/pages: {{name}} there is replaced by the value of that name.
using Values = std::vector<std::pair<std::string_view, Html>>;

// Fills in the template of that file name. Throws std::out_of_range if it does not exist, or lacks a value.
[[nodiscard]] Html filled(std::string_view file, const Values& values = {});

// A whole page: the template of that file name within the layout that all pages share, in the theme and with
// the name of the user of the request.
[[nodiscard]] Response page(const Request& request, std::string_view title, std::string_view file,
                            const Values& values = {});

// A page that says why there is no other one.
[[nodiscard]] Response refusal(const Request& request, int status, std::string_view title,
                               std::string_view text);

[[nodiscard]] Response json(const std::string& text);

// Hands over to nginx, and nginx to the gateway: it changes the session as the lines of `change` say, sets
// the cookie and sends the browser to `location`. These headers are all that a login takes, in any language.
[[nodiscard]] Response commit(const std::string& change, const std::string& location);

}  // namespace session::demo
