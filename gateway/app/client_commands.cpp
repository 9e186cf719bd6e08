#include "gateway/app/client_commands.h"

#include <iostream>

#include "core/base/escape.h"
#include "gateway/app/exit_status.h"
#include "gateway/client/ask.h"
#include "gateway/client/where_to_ask.h"
#include "gateway/config/listen_address.h"
#include "gateway/config/load.h"

namespace session::gateway {
namespace {

constexpr int kOk = 200;

int fail(const std::string& why) {
  std::cerr << why << "\n";
  return kFailed;
}

// Prints the problems of a configuration whose `listen` can't be read.
int fail(const std::string& file, const Problems& problems) {
  for (const Problem& problem : problems) std::cerr << render(file, problem) << "\n";
  return kFailed;
}

std::string name_of_configuration(const ConfigChoice& choice) {
  return choice.file ? *choice.file : "the default configuration";
}

// What a refusal for the secret's sake means for whoever asked.
std::string wrong_secret(const Question& question, const ConfigChoice& choice) {
  const std::string who = "the gateway at " + listener_address(question.where);
  const std::string from = name_of_configuration(choice);
  if (question.secret.empty())
    return who + " wants a secret (listen[].secret), and " + from + " has none for it";
  return who + " refuses the secret of " + from +
         ": it runs with another one. Reload it, or name its configuration with --config";
}

// An HTTP listener has only what `serves` names.
std::string not_served(const Question& question) {
  const std::string endpoint(question.endpoint);
  return "the gateway at " + listener_address(question.where) + " does not serve " + endpoint +
         " there: add " + endpoint + " to listen[].serves of this listener, and restart it";
}

// A body tells more than a status: `ready` says in it why not.
int report(const ClientAnswer& answer, const Question& question, const ConfigChoice& choice) {
  if (answer.reason == "bad-secret") return fail(wrong_secret(question, choice));
  if (protocol_of(question.where) == Protocol::http && answer.reason == "no-endpoint")
    return fail(not_served(question));
  std::cout << answer.body << std::flush;
  if (answer.status != kOk) {
    return fail("the gateway at " + listener_address(question.where) + " answers " +
                std::to_string(answer.status) +
                (answer.reason.empty() ? "" : " " + printable(answer.reason)));
  }
  return kFine;
}

}  // namespace

int ask_gateway(std::string_view endpoint, const ClientOptions& options) {
  const ConfigChoice& choice = options.configuration;
  const Loaded settings = load_listen(choice.file);
  if (!settings) return fail(choice.file.value_or(kNoFile), settings.error());
  const auto listener =
      options.socket ? where_to_ask_at(*options.socket, *settings) : where_to_ask(endpoint, *settings);
  if (!listener && options.socket) {
    std::cerr << "--socket: " << listener.error() << "\n";
    return kUsage;
  }
  if (!listener) return fail(name_of_configuration(choice) + ": " + listener.error());
  const Question question{listener->where, endpoint, listener->secret, options.timeout};
  const auto answer = ask(question);
  if (!answer) return fail(answer.error());
  return report(*answer, question, choice);
}

}  // namespace session::gateway
