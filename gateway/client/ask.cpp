#include "gateway/client/ask.h"

#include <grp.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <variant>

#include "gateway/client/client_socket.h"
#include "gateway/config/units.h"

namespace session::gateway {
namespace {

// Metrics are some 100 KB.
constexpr std::size_t kMaxAnswerBytes = std::size_t{64} << 20;

// The name of the group that may connect to a socket file; "" if that can't be told.
std::string group_of(const Listen& where) {
  const auto* file = std::get_if<ListenUnix>(&where);
  struct stat found {};
  if (file == nullptr || ::stat(file->path.c_str(), &found) != 0) return {};
  const group* entry = ::getgrgid(found.st_gid);
  return entry == nullptr ? std::to_string(found.st_gid) : entry->gr_name;
}

std::string not_connected(const Question& question, int error) {
  const std::string why = "can't connect to " + name_of(question.where) + ": ";
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return why + "there is no such socket: the gateway does not run, or listens elsewhere";
    case ECONNREFUSED:
      return why + "nobody listens there: the gateway does not run, or listens elsewhere";
    case EACCES:
    case EPERM: {
      const std::string group = group_of(question.where);
      return why + "permission denied: run this as root, or as a member of the socket's group" +
             (group.empty() ? "" : " (" + group + ")");
    }
    case ETIMEDOUT:
      return why + "nobody has accepted the connection within " + format_duration(question.timeout);
    default:
      return why + std::generic_category().message(error);
  }
}

std::string not_answered(const Question& question, int error) {
  const std::string who = "the gateway at " + name_of(question.where) + " ";
  if (error == ETIMEDOUT) return who + "has not answered within " + format_duration(question.timeout);
  return who + "has ended the connection without an answer: " + std::generic_category().message(error);
}

std::string not_fastcgi(const Question& question) {
  return "what listens at " + name_of(question.where) + " does not speak FastCGI: it is no gateway";
}

Result<ClientAnswer, std::string> receive_answer(ClientSocket& socket, const Question& question) {
  using State = FastcgiAnswer::State;
  FastcgiAnswer answer(kMaxAnswerBytes);
  State state = State::incomplete;
  std::string piece;
  while (state == State::incomplete) {
    if (const int failed = socket.receive(piece)) return not_answered(question, failed);
    if (piece.empty())
      return "the gateway at " + name_of(question.where) + " has closed the connection without an answer";
    state = answer.feed(piece);
  }
  if (state == State::malformed) return not_fastcgi(question);
  if (state == State::too_large) return "the answer of " + name_of(question.where) + " is larger than 64MiB";
  auto whole = answer.answer();
  if (!whole) return "what listens at " + name_of(question.where) + " " + whole.error();
  return whole;
}

}  // namespace

std::string name_of(const Listen& where) {
  if (const auto* file = std::get_if<ListenUnix>(&where)) return "unix:" + file->path;
  const auto& tcp = std::get<ListenTcp>(where);
  const bool v6 = tcp.host.find(':') != std::string::npos;
  return "tcp:" + (v6 ? "[" + tcp.host + "]" : tcp.host) + ":" + std::to_string(tcp.port);
}

Result<ClientAnswer, std::string> ask(const Question& question) {
  ClientParams params = {{"GATEWAY_ENDPOINT", question.endpoint}, {"REQUEST_METHOD", "GET"}};
  if (!question.secret.empty()) params.emplace_back("GATEWAY_SECRET", question.secret.reveal());
  ClientSocket socket(question.timeout);
  if (const int failed = socket.connect(question.where)) return not_connected(question, failed);
  // One that closes at once may have answered: that is what receive_answer finds out.
  const int failed = socket.send(fastcgi_request(params));
  if (failed != 0 && failed != EPIPE && failed != ECONNRESET) return not_answered(question, failed);
  return receive_answer(socket, question);
}

}  // namespace session::gateway
