#pragma once

namespace session::gateway {

// What a front asks for (FastCGI 1.0, section 6): an answer for the browser, or whether the request may pass.
enum class Role { responder, authorizer };

}  // namespace session::gateway
