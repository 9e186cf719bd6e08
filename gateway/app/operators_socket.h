#pragma once

#include <optional>
#include <string>

#include "gateway/app/client_commands.h"
#include "gateway/client/admin_client.h"

namespace session::gateway {

// What the commands of `sessions` have in common: where they ask, and how they fail.

// The socket of operators: ClientOptions::socket, or the one that `admin.unix` of the configuration names.
// nullopt: standard error says why there is none, and `status` is the exit status.
[[nodiscard]] std::optional<Listen> operators_socket(const ClientOptions& options, int& status);

// Prints a sentence to standard error, and returns the status.
int say(int status, const std::string& why);

// Returns the exit status of a request that was not done, and says why. REQUIRES: it was not.
[[nodiscard]] int failed(const AdminClient::Result& result);

}  // namespace session::gateway
