#include "core/store/redis/resp/server_error.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace session {
namespace {

using Reaction = ServerError::Reaction;

constexpr std::string_view kDenied =
    "its access control denies the gateway's user this command or these keys";

struct ErrorRow {
  std::string_view code;
  Reaction reaction;
  std::string_view meaning;
};

// The error codes of Redis 7 and 8 and of Valkey. A code that is not listed means Reaction::fail; the
// sentence then quotes the code.
constexpr std::array kErrors = {
    ErrorRow{"LOADING", Reaction::fail, "it is loading its data"},
    ErrorRow{"BUSY", Reaction::fail, "it is busy with somebody's script"},
    ErrorRow{"MASTERDOWN", Reaction::reconnect, "it is a replica that has lost its master"},
    ErrorRow{"READONLY", Reaction::reconnect, "it is a replica, which takes no writes"},
    ErrorRow{"OOM", Reaction::full, "it has no memory left (maxmemory)"},
    ErrorRow{"MISCONF", Reaction::fail, "it takes no writes because it can't save to its disk"},
    ErrorRow{"NOREPLICAS", Reaction::fail, "it takes no writes because too few replicas follow it"},
    ErrorRow{"NOAUTH", Reaction::reconnect, "it asks for a password"},
    ErrorRow{"WRONGPASS", Reaction::fail, "user or password are wrong"},
    ErrorRow{"NOPERM", Reaction::fail, kDenied},
    ErrorRow{"MOVED", Reaction::moved, "another node of the cluster has the key"},
    ErrorRow{"ASK", Reaction::ask, "another node of the cluster is getting the key"},
    ErrorRow{"TRYAGAIN", Reaction::again, "the key is on its way to another node"},
    ErrorRow{"CLUSTERDOWN", Reaction::fail, "the cluster has no master for the key"},
    ErrorRow{"NOSCRIPT", Reaction::script, "it does not know the script"},
    ErrorRow{"CROSSSLOT", Reaction::apart, "it is a cluster, and does not keep these keys together"},
    ErrorRow{"WRONGTYPE", Reaction::foreign, "the key holds something that is not a session"},
};

std::string_view first_word(std::string_view text) { return text.substr(0, text.find(' ')); }

std::string_view next_word(std::string_view& text) {
  const std::string_view word = first_word(text);
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

// An error code consists of capitals and underscores. Other words are not logged: the server may have copied
// them from a key or a value.
bool is_code(std::string_view word) {
  return word.size() >= 2 && word.size() <= 24 &&
         std::all_of(word.begin(), word.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

// Parses the rest of "MOVED 3999 127.0.0.1:6381". The host is empty if the server does not know its own.
void read_redirection(std::string_view rest, ServerError& to) {
  const std::string_view slot = next_word(rest);
  const auto [end, error] = std::from_chars(slot.data(), slot.data() + slot.size(), to.slot);
  to.where = first_word(rest);
  const bool is_valid = error == std::errc() && end == slot.data() + slot.size() && to.slot < 16384 &&
                        to.where.find(':') != std::string::npos;
  if (!is_valid) to.reaction = Reaction::fail;
}

std::string meaning_of_unlisted(std::string_view text) {
  if (text.starts_with("ERR unknown command")) return "it does not know the command";
  if (text.starts_with("ERR DB index")) return "it has no such database";
  if (text.starts_with("ERR max number of clients")) return "it has too many clients";
  // A command that was denied within a script has the code ERR. The first text is Redis 7.0's, the second
  // that of later ones and of Valkey.
  if (text.starts_with("ERR The user executing the script can't")) return std::string(kDenied);
  if (text.starts_with("ERR ACL failure in script: ")) return std::string(kDenied);
  const std::string_view code = first_word(text);
  return is_code(code) ? "it answered with the error " + std::string(code) : "it answered with an error";
}

}  // namespace

ServerError read_error(std::string_view text, std::string_view what) {
  std::string_view rest = text;
  const std::string_view code = next_word(rest);
  const auto* row =
      std::find_if(kErrors.begin(), kErrors.end(), [&](const ErrorRow& r) { return r.code == code; });
  const std::string tried = std::string(what) + " failed: ";
  if (row == kErrors.end()) return ServerError{Reaction::fail, tried + meaning_of_unlisted(text)};
  ServerError error{row->reaction, tried + std::string(row->meaning)};
  if (error.reaction == Reaction::moved || error.reaction == Reaction::ask) read_redirection(rest, error);
  return error;
}

}  // namespace session
