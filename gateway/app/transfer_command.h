#pragma once

#include "gateway/app/sessions_command.h"
#include "gateway/client/admin_client.h"

namespace session::gateway {

// Moves all sessions of a running gateway into a file, and from there into the store of another one. Both
// hold a page at a time. They return the exit status: 0, kFailed for what is wrong with a file or was not
// imported, kUnreachable, kNotDone, and kUsage if the request says too little.
int export_sessions(const SessionsRequest& request, const AdminClient& client);
int import_sessions(const SessionsRequest& request, const AdminClient& client);

}  // namespace session::gateway
