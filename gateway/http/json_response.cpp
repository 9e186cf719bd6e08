#include "gateway/http/json_response.h"

namespace session::gateway {

Response json_response(const Json& json, int status) {
  Response response{status, {}, {}};
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  response.body = to_text(json) + "\n";
  return response;
}

}  // namespace session::gateway
