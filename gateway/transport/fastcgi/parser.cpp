#include "gateway/transport/fastcgi/parser.h"

#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <vector>

#include <fastcgi.h>
#include <fcgiapp.h>
#include <fcgios.h>

#include "gateway/transport/fastcgi/front_params.h"

namespace session::gateway {

struct ParsedRequest::Fcgx {
  Fcgx() {
    FCGX_InitRequest(&request, -1, 0);
    request.keepConnection = 1;
  }
  // Frees without a word to the peer: answers are ours to write (gateway/transport/fastcgi/records.h).
  ~Fcgx() { FCGX_Free(&request, 0); }
  // The stream of the body, and two to write with, which nobody does: 16 KiB, not to be kept while a request
  // waits for the store.
  void free_streams() {
    for (FCGX_Stream** stream : {&request.in, &request.out, &request.err}) FCGX_FreeStream(stream);
  }
  Fcgx(const Fcgx&) = delete;
  Fcgx& operator=(const Fcgx&) = delete;

  FCGX_Request request{};
};

namespace {

Params read_params(char** envp, LocationSettings& settings) {
  std::vector<Params::Param> params;
  params.reserve(32);
  for (; *envp != nullptr; ++envp) {
    const std::string_view pair(*envp);
    const auto equals = pair.find('=');  // there is one, and the name holds none: ParamsCheck
    params.push_back({pair.substr(0, equals), pair.substr(equals + 1)});
    add_setting(settings, params.back().name, params.back().value);
  }
  return Params(std::move(params));
}

std::string body_of(FCGX_Stream* in) {
  std::string body;
  char piece[4096];
  int got = 0;
  while ((got = FCGX_GetStr(piece, sizeof piece, in)) > 0) body.append(piece, static_cast<std::size_t>(got));
  return body;
}

// Takes the record at the front of `rest`, without its padding. False: there is none that is whole.
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

// libfcgi forgets that BEGIN_REQUEST and the last record of a stream have padding, and reads it as the next
// record: what is hidden there would be another request than the one that was checked. So it gets records
// without any. False: the records are not whole.
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

// Stands for the descriptor that there is none of; nobody has this one, so what libfcgi does to it fails.
constexpr int kNoDescriptor = std::numeric_limits<int>::max();

}  // namespace

ParsedRequest::ParsedRequest(std::unique_ptr<Fcgx> fcgx) : fcgx_(std::move(fcgx)) {}
ParsedRequest::ParsedRequest(ParsedRequest&&) noexcept = default;
ParsedRequest& ParsedRequest::operator=(ParsedRequest&&) noexcept = default;
ParsedRequest::~ParsedRequest() = default;

std::optional<ParsedRequest> Parser::parse(std::string_view records) {
  unpadded_.clear();
  if (records.size() > max_bytes_ || !append_without_padding(records, unpadded_)) return std::nullopt;
  input = unpadded_;
  ParsedRequest parsed(std::make_unique<ParsedRequest::Fcgx>());
  FCGX_Request& request = parsed.fcgx_->request;
  request.ipcFd = kNoDescriptor;
  if (FCGX_Accept_r(&request) != 0) return std::nullopt;
  parsed.value_.params = read_params(request.envp, parsed.value_.settings);
  parsed.value_.body = body_of(request.in);
  const bool failed = FCGX_GetError(request.in) != 0;
  parsed.fcgx_->free_streams();
  request.ipcFd = -1;
  if (failed) return std::nullopt;
  return parsed;
}

namespace {

// A request without params or body: enough to see whose function libfcgi reads with.
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

// The reading function of libfcgi's portability layer: the dynamic linker takes the program's own before the
// library's. Returns how many bytes it gave; 0 at the end.
extern "C" __attribute__((used, visibility("default"))) int OS_Read(int, char* buffer, size_t size) {
  std::string_view& rest = session::gateway::input;
  const std::size_t given = std::min(size, rest.size());
  std::memcpy(buffer, rest.data(), given);
  rest.remove_prefix(given);
  return static_cast<int>(given);
}
