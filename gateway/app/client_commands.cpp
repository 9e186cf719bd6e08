#include "gateway/app/client_commands.h"

#include <iostream>

#include "gateway/app/exit_status.h"
#include "gateway/client/ask.h"
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

Secret first_of(const std::vector<Secret>& secrets) { return secrets.empty() ? Secret() : secrets.front(); }

// The rule by which the gateway gives secrets to sockets of the service manager.
Secret secret_for(const Listen& where, const Settings& settings) {
  for (std::size_t i = 0; i < settings.listen.size(); ++i) {
    if (same_place(settings.listen[i], where)) return first_of(settings.listen_secrets[i]);
  }
  for (const std::vector<Secret>& secrets : settings.listen_secrets) {
    if (!secrets.empty()) return secrets.front();
  }
  return {};
}

std::string name_of_configuration(const ConfigChoice& choice) {
  return choice.file ? *choice.file : "the default configuration";
}

// What a refusal for the secret's sake means for whoever asked.
std::string wrong_secret(const Question& question, const ConfigChoice& choice) {
  const std::string who = "the gateway at " + name_of(question.where);
  const std::string from = name_of_configuration(choice);
  if (question.secret.empty())
    return who + " wants a secret (listen[].secret), and " + from + " has none for it";
  return who + " refuses the secret of " + from +
         ": it runs with another one. Reload it, or name its configuration with --config";
}

// A body tells more than a status: `ready` says in it why not.
int report(const ClientAnswer& answer, const Question& question, const ConfigChoice& choice) {
  if (answer.reason == "bad-secret") return fail(wrong_secret(question, choice));
  std::cout << answer.body << std::flush;
  if (answer.status != kOk) {
    return fail("the gateway at " + name_of(question.where) + " answers " + std::to_string(answer.status) +
                (answer.reason.empty() ? "" : " " + answer.reason));
  }
  return kFine;
}

}  // namespace

int ask_gateway(std::string_view endpoint, const ClientOptions& options) {
  const ConfigChoice& choice = options.configuration;
  const Loaded settings = choice.file ? load_listen(*choice.file) : Loaded(Settings{});
  if (!settings) return fail(*choice.file, settings.error());
  Question question{settings->listen.front(), endpoint, {}, options.timeout};
  if (options.socket) {
    const auto where = parse_listen_address(*options.socket);
    if (!where) {
      std::cerr << "--socket: " << where.error() << "\n";
      return kUsage;
    }
    question.where = *where;
  }
  question.secret = secret_for(question.where, *settings);
  const auto answer = ask(question);
  if (!answer) return fail(answer.error());
  return report(*answer, question, choice);
}

}  // namespace session::gateway
