#pragma once

#include "gateway/endpoints/endpoint.h"

namespace session::gateway {

// Applies what an application asks for in the body of a request of its own, with the Cookie header that it
// has received of the browser. It answers 200 with Set-Cookie lines, and with the same in a JSON body
// (`set_cookie`: that of the session; `set_cookies`: all), if the browser is to get any, and 204 if not. A
// wish to set something that the request's cookies do not allow is a 401, so that the application knows that
// it is lost. A request with an Origin or Sec-Fetch header is refused: a browser is no application.
Task<Boxed<Response>> application_commit(const Request& request, Services& services);

}  // namespace session::gateway
