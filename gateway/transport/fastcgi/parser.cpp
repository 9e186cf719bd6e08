#include "gateway/transport/fastcgi/parser.h"

#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

#include <fastcgi.h>
#include <fcgiapp.h>
#include <fcgios.h>

#include "gateway/transport/fastcgi/cgi_request.h"

namespace session::gateway {

struct ParsedRequest::Fcgx {
  Fcgx() {
    FCGX_InitRequest(&request, -1, 0);
    request.keepConnection = 1;
  }
  // Frees without writing to the peer: records.h makes the answers.
  ~Fcgx() { FCGX_Free(&request, 0); }
  [[nodiscard]] Role role() const {
    return request.role == FCGI_AUTHORIZER ? Role::authorizer : Role::responder;
  }
  // Frees libfcgi's three streams, 16 KiB that a request must not keep while it waits for the store. The body
  // was read by then, and nobody writes.
  void free_streams() {
    for (FCGX_Stream** stream : {&request.in, &request.out, &request.err}) FCGX_FreeStream(stream);
  }
  Fcgx(const Fcgx&) = delete;
  Fcgx& operator=(const Fcgx&) = delete;

  FCGX_Request request{};
  Request value;
};

namespace {

std::string body_of(FCGX_Stream* in) {
  std::string body;
  char piece[4096];
  int got = 0;
  while ((got = FCGX_GetStr(piece, sizeof piece, in)) > 0) body.append(piece, static_cast<std::size_t>(got));
  return body;
}

// Takes the record at the front of `rest`, without its padding. Returns false if that is not whole.
bool take_record(std::string_view& rest, std::string_view& record) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(rest[at]); };
  if (rest.size() < FCGI_HEADER_LEN) return false;
  const std::size_t size = FCGI_HEADER_LEN + (std::size_t{byte(4)} << 8 | byte(5));
  const std::size_t padding = byte(6);
  if (rest.size() < size + padding) return false;
  record = rest.substr(0, size);
  rest.remove_prefix(size + padding);
  return true;
}

// Appends records without their padding. libfcgi reads the padding of BEGIN_REQUEST and of the last record of
// a stream as the next record, so bytes hidden there would make another request than Framing has checked.
// Returns false if the records are not whole.
bool append_without_padding(std::string_view records, std::string& to) {
  std::string_view record;
  while (!records.empty()) {
    if (!take_record(records, record)) return false;
    to.append(record);
    to[to.size() - record.size() + 6] = 0;
  }
  return true;
}

// What libfcgi reads next on this thread.
thread_local std::string_view input;

// What libfcgi takes for its descriptor. None has this number, so system calls on it fail.
constexpr int kNoDescriptor = std::numeric_limits<int>::max();

}  // namespace

ParsedRequest::ParsedRequest(std::unique_ptr<Fcgx> fcgx) : fcgx_(std::move(fcgx)) {}
ParsedRequest::ParsedRequest(ParsedRequest&&) noexcept = default;
ParsedRequest& ParsedRequest::operator=(ParsedRequest&&) noexcept = default;
ParsedRequest::~ParsedRequest() = default;

const Request& ParsedRequest::value() const { return fcgx_->value; }
Params ParsedRequest::params() const { return Params(fcgx_->request.envp); }

std::optional<ParsedRequest> Parser::parse(std::string_view records) {
  unpadded_.clear();
  if (records.size() > max_bytes_ || !append_without_padding(records, unpadded_)) return std::nullopt;
  input = unpadded_;
  ParsedRequest parsed(std::make_unique<ParsedRequest::Fcgx>());
  FCGX_Request& request = parsed.fcgx_->request;
  request.ipcFd = kNoDescriptor;
  if (FCGX_Accept_r(&request) != 0) return std::nullopt;
  Request& value = parsed.fcgx_->value;
  const Params params = parsed.params();
  value.headers.reserve(params.size());
  const Role role = parsed.fcgx_->role();
  add_params(value, params, role);
  if (role == Role::responder) value.body = body_of(request.in);
  const bool failed = FCGX_GetError(request.in) != 0;
  parsed.fcgx_->free_streams();
  request.ipcFd = -1;
  if (failed) return std::nullopt;
  return parsed;
}

namespace {

// Parses a request without params or body, which fails if libfcgi reads with its own function.
void require_our_reading() {
  constexpr std::string_view kSmallest(
      "\1\1\0\1\0\10\0\0\0\1\1\0\0\0\0\0"
      "\1\4\0\1\0\0\0\0"
      "\1\5\0\1\0\0\0\0",
      32);
  if (!Parser(kSmallest.size()).parse(kSmallest)) {
    throw std::runtime_error("this libfcgi does not read through OS_Read, which the gateway replaces");
  }
}

}  // namespace

void init_libfcgi() {
  setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 0);
  FCGX_Init();
  // libfcgi's handlers would swallow these.
  for (const int number : {SIGTERM, SIGUSR1}) signal(number, SIG_DFL);
  signal(SIGPIPE, SIG_IGN);
  require_our_reading();
}

}  // namespace session::gateway

// Replaces the reading function of libfcgi's portability layer: the dynamic linker prefers the program's own
// to the library's. Returns how many bytes it gave; 0 at the end.
extern "C" __attribute__((used, visibility("default"))) int OS_Read(int, char* buffer, size_t size) {
  std::string_view& rest = session::gateway::input;
  const std::size_t given = std::min(size, rest.size());
  std::memcpy(buffer, rest.data(), given);
  rest.remove_prefix(given);
  return static_cast<int>(given);
}
