#include "gateway/client/ask.h"

#include <grp.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <variant>

#include "gateway/client/client_socket.h"
#include "gateway/client/fastcgi_answer.h"
#include "gateway/client/http_answer.h"
#include "gateway/config/listen_address.h"
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
  const std::string why = "can't connect to " + listener_address(question.where) + ": ";
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
  const std::string who = "the gateway at " + listener_address(question.where) + " ";
  if (error == ETIMEDOUT) return who + "has not answered within " + format_duration(question.timeout);
  return who + "has ended the connection without an answer: " + std::generic_category().message(error);
}

bool is_http(const Question& question) { return protocol_of(question.where) == Protocol::http; }

// What the gateway's other listeners speak, and how to ask those.
std::string other_protocol(const Question& question) {
  return is_http(question) ? "protocol: fastcgi (--socket fastcgi:ADDRESS)"
                           : "protocol: http (--socket http:ADDRESS)";
}

std::string other_peer(const Question& question) {
  return "what listens at " + listener_address(question.where) + " does not speak " +
         (is_http(question) ? "HTTP" : "FastCGI") + ": it is no gateway, or it runs there with " +
         other_protocol(question);
}

// A FastCGI listener says nothing to what is not FastCGI.
std::string closed(const Question& question, bool has_begun) {
  const std::string what =
      "the gateway at " + listener_address(question.where) + " has closed the connection without an answer";
  return has_begun || !is_http(question) ? what
                                         : what + ": perhaps it runs there with " + other_protocol(question);
}

std::unique_ptr<AnswerParser> parser_for(const Question& question) {
  if (is_http(question)) return std::make_unique<HttpAnswer>(kMaxAnswerBytes);
  return std::make_unique<FastcgiAnswer>(kMaxAnswerBytes);
}

Result<ClientAnswer, std::string> receive_answer(ClientSocket& socket, const Question& question) {
  using State = AnswerParser::State;
  const auto answer = parser_for(question);
  State state = State::incomplete;
  std::string piece;
  bool has_begun = false;
  while (state == State::incomplete) {
    if (const int failed = socket.receive(piece)) return not_answered(question, failed);
    if (piece.empty()) return closed(question, has_begun);
    has_begun = true;
    state = answer->feed(piece);
  }
  if (state == State::malformed) return other_peer(question);
  if (state == State::too_large)
    return "the answer of " + listener_address(question.where) + " is larger than 64MiB";
  auto whole = answer->answer();
  if (!whole) return "what listens at " + listener_address(question.where) + " " + whole.error();
  return whole;
}

// The host as a URL has it; there is none of a socket file.
std::string host_of(const Listen& where) {
  constexpr std::string_view kTcp = "tcp:";
  return std::holds_alternative<ListenTcp>(where) ? listener_address(where).substr(kTcp.size()) : "localhost";
}

std::string request_for(const Question& question) {
  if (is_http(question)) {
    const std::string named = "/" + std::string(question.endpoint);
    return http_request(host_of(question.where), question.target.empty() ? named : question.target,
                        question.secret.reveal(), question.method, question.body);
  }
  ClientParams params = {{"GATEWAY_ENDPOINT", question.endpoint}, {"REQUEST_METHOD", "GET"}};
  if (!question.secret.empty()) params.emplace_back("GATEWAY_SECRET", question.secret.reveal());
  return fastcgi_request(params);
}

}  // namespace

Result<ClientAnswer, std::string> ask(const Question& question) {
  ClientSocket socket(question.timeout);
  if (const int failed = socket.connect(question.where)) return not_connected(question, failed);
  // One that closes at once may have answered: that is what receive_answer finds out.
  const int failed = socket.send(request_for(question));
  if (failed != 0 && failed != EPIPE && failed != ECONNRESET) return not_answered(question, failed);
  return receive_answer(socket, question);
}

}  // namespace session::gateway
