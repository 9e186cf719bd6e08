#include "gateway/transport/fastcgi/parser.h"

#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>
#include <stdexcept>

#include <fastcgi.h>
#include <fcgiapp.h>
#include <fcgios.h>

#include "gateway/transport/fastcgi/cgi_request.h"

namespace session::gateway {

namespace {

// A request without params or body.
constexpr std::string_view kSmallest(
    "\1\1\0\1\0\10\0\0\0\1\1\0\0\0\0\0"
    "\1\4\0\1\0\0\0\0"
    "\1\5\0\1\0\0\0\0",
    32);

// What libfcgi reads next on this thread.
thread_local std::string_view input;

// What libfcgi takes for its descriptor. None has this number, so system calls on it fail.
constexpr int kNoDescriptor = std::numeric_limits<int>::max();

}  // namespace

// libfcgi's request, with the stream that reads one request after the other.
struct Parser::Reader {
  Reader() {
    FCGX_InitRequest(&request, -1, 0);
    request.keepConnection = 1;
    request.ipcFd = kNoDescriptor;
    input = kSmallest;
    char none = 0;
    if (FCGX_Accept_r(&request) != 0) return;
    // records.h makes the answers, so nobody writes.
    for (FCGX_Stream** stream : {&request.out, &request.err}) FCGX_FreeStream(stream);
    good = read_stream(&none, 1) == 0;
  }
  ~Reader() { FCGX_Free(&request, 0); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void begin(std::string_view records) {
    input = records;
    request.isBeginProcessed = 0;
  }
  // Reads a stream to its end. Returns its size; `room` if it has no end within that, and not `good`.
  [[nodiscard]] std::size_t read_stream(char* to, std::size_t room) {
    request.in->isClosed = 0;  // as libfcgi itself does between the params and the body
    const int got = FCGX_GetStr(to, static_cast<int>(room), request.in);
    good = FCGX_HasSeenEOF(request.in) == EOF && FCGX_GetError(request.in) == 0;
    return static_cast<std::size_t>(got);
  }
  [[nodiscard]] Role role() const {
    return request.role == FCGI_AUTHORIZER ? Role::authorizer : Role::responder;
  }

  FCGX_Request request{};
  bool good = false;  // the last stream was read to its end
};

// A copy of a request's records as the reader needs them.
struct Parser::Copy {
  char* end;                // behind the last byte
  std::size_t content = 0;  // bytes of params and body
  std::size_t streams = 0;  // empty records, each of which ends one

  // Appends a record without its padding, and makes it one of the reader's type; first come the params, then
  // the body. libfcgi reads the padding of BEGIN_REQUEST and of the last record
  // of a stream as the next record, so bytes hidden there would make another request than Framing has
  // checked. Returns false if the record is not whole, or not in its place.
  [[nodiscard]] bool append(std::string_view& rest) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(rest[at]); };
    if (rest.size() < FCGI_HEADER_LEN) return false;
    const std::size_t text = std::size_t{byte(4)} << 8 | byte(5);
    const std::size_t size = FCGI_HEADER_LEN + text;
    const std::size_t padding = byte(6);
    if (rest.size() < size + padding) return false;
    const bool begins = byte(1) == FCGI_BEGIN_REQUEST;
    if (!begins && byte(1) != (streams == 0 ? FCGI_PARAMS : FCGI_STDIN)) return false;
    std::memcpy(end, rest.data(), size);
    if (!begins) end[1] = FCGI_STDIN;
    end[6] = 0;
    end += size;
    if (!begins) content += text;
    if (text == 0) ++streams;
    rest.remove_prefix(size + padding);
    return true;
  }
};

Parser::Parser(std::size_t max_bytes) : max_bytes_(max_bytes) {}
Parser::~Parser() = default;

// A reader that has failed is not used again: nobody knows what it would read next.
std::optional<ParsedRequest> Parser::parse(std::string_view records) {
  if (records.size() > max_bytes_) return std::nullopt;
  if (records.size() > room_) {
    records_ = std::make_unique_for_overwrite<char[]>(records.size());
    room_ = records.size();
  }
  Copy copy{records_.get()};
  while (!records.empty()) {
    if (!copy.append(records)) return std::nullopt;
  }
  if (!reader_) reader_ = std::make_unique<Reader>();
  std::optional<ParsedRequest> parsed(std::in_place);
  if (reader_->good && read(copy, *parsed)) return parsed;
  reader_.reset();
  return std::nullopt;
}

// Reads params and body into one text. All that the records hold must be in them: what stayed in libfcgi's
// buffer would be the beginning of another peer's request.
bool Parser::read(const Copy& copy, ParsedRequest& parsed) {
  reader_->begin({records_.get(), static_cast<std::size_t>(copy.end - records_.get())});
  ParsedRequest::Content& content = *parsed.content_;
  const std::size_t room = copy.content + 1;  // so that a stream of this size is read to its end
  content.text = std::make_unique_for_overwrite<char[]>(room);
  char* const text = content.text.get();
  content.params_size = reader_->read_stream(text, room);
  if (!reader_->good) return false;
  const bool has_body = reader_->role() == Role::responder;
  std::size_t body_size = 0;
  if (has_body) {
    body_size = reader_->read_stream(text + content.params_size, room - content.params_size);
    if (body_size > 0) content.value.body.assign(text + content.params_size, body_size);
  }
  const bool all = content.params_size + body_size == copy.content && copy.streams == (has_body ? 2U : 1U);
  if (!reader_->good || !all) return false;
  constexpr std::size_t kUsualHeaders = 16;
  content.value.headers.reserve(kUsualHeaders);
  add_params(content.value, parsed.params(), reader_->role());
  return true;
}

namespace {

// Parses two requests, which fails if libfcgi reads with its own function, or its streams are not as the
// reader takes them to be.
void require_our_reading() {
  constexpr std::string_view kAsks(
      "\1\1\0\2\0\10\0\0\0\1\0\0\0\0\0\0"
      "\1\4\0\2\0\4\0\0\1\1AB"
      "\1\4\0\2\0\0\0\0"
      "\1\5\0\2\0\1\0\0b"
      "\1\5\0\2\0\0\0\0",
      53);
  Parser parser(kAsks.size());
  for (int i = 0; i < 2; ++i) {
    const auto parsed = parser.parse(kAsks);
    if (!parsed || parsed->params().size() != 1 || parsed->value().body != "b") {
      throw std::runtime_error("this libfcgi does not read through OS_Read, which the gateway replaces");
    }
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
