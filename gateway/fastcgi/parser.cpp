#include "gateway/fastcgi/parser.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include <fastcgi.h>
#include <fcgiapp.h>

namespace session::gateway {

struct ParsedRequest::Fcgx {
  Fcgx() {
    FCGX_InitRequest(&request, -1, 0);
    request.keepConnection = 1;
  }
  // Frees without a word to the peer: answers are ours to write (gateway/fastcgi/records.h).
  ~Fcgx() { FCGX_Free(&request, 0); }
  Fcgx(const Fcgx&) = delete;
  Fcgx& operator=(const Fcgx&) = delete;

  FCGX_Request request{};
};

namespace {

Params params_of(char** envp) {
  std::vector<Params::Param> params;
  params.reserve(32);
  for (; *envp != nullptr; ++envp) {
    const std::string_view pair(*envp);
    const auto equals = pair.find('=');  // there is one, and the name holds none: ParamsCheck
    params.push_back({pair.substr(0, equals), pair.substr(equals + 1)});
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

// The size of all records without their padding; nullopt if they are not whole.
std::optional<std::size_t> size_without_padding(std::string_view records) {
  std::size_t size = 0;
  std::string_view record;
  while (!records.empty()) {
    if (!take_record(records, record)) return std::nullopt;
    size += record.size();
  }
  return size;
}

// libfcgi forgets that BEGIN_REQUEST and the last record of a stream have padding, and reads it as the next record: what
// is hidden there would be another request than the one that was checked. So it gets records without any.
void copy_without_padding(std::string_view records, char* to) {
  std::string_view record;
  while (take_record(records, record)) {
    std::memcpy(to, record.data(), record.size());
    to[6] = 0;
    to += record.size();
  }
}

std::size_t whole_pages(std::size_t bytes) { return (bytes + 4095) / 4096 * 4096; }

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

ParsedRequest::ParsedRequest(std::unique_ptr<Fcgx> fcgx) : fcgx_(std::move(fcgx)) {}
ParsedRequest::ParsedRequest(ParsedRequest&&) noexcept = default;
ParsedRequest& ParsedRequest::operator=(ParsedRequest&&) noexcept = default;
ParsedRequest::~ParsedRequest() = default;

Parser::Parser(std::size_t max_bytes) : capacity_(whole_pages(max_bytes)) { open_file(); }

Parser::~Parser() { close_file(); }

void Parser::open_file() {
  file_ = memfd_create("fastcgi-request", MFD_CLOEXEC);
  if (file_ < 0 || ftruncate(file_, static_cast<off_t>(capacity_)) != 0) fail("memory file for requests");
  void* memory = mmap(nullptr, capacity_, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  if (memory == MAP_FAILED) fail("mapping the memory file for requests");
  memory_ = static_cast<char*>(memory);
}

void Parser::close_file() {
  if (memory_ != nullptr) munmap(memory_, capacity_);
  if (file_ >= 0) close(file_);
  memory_ = nullptr;
  file_ = -1;
}

std::optional<ParsedRequest> Parser::parse(std::string_view records) {
  const auto size = size_without_padding(records);
  if (!size || *size > capacity_) return std::nullopt;
  if (file_ < 0) open_file();
  // The request goes to the file's end, so that its last byte is where reading ends.
  const std::size_t start = capacity_ - *size;
  copy_without_padding(records, memory_ + start);
  if (lseek(file_, static_cast<off_t>(start), SEEK_SET) < 0) fail("seeking in the memory file for requests");
  ParsedRequest parsed(std::make_unique<ParsedRequest::Fcgx>());
  FCGX_Request& request = parsed.fcgx_->request;
  request.ipcFd = file_;
  if (FCGX_Accept_r(&request) != 0) {
    file_ = -1;  // libfcgi has closed it
    close_file();
    return std::nullopt;
  }
  parsed.value_.params = params_of(request.envp);
  parsed.value_.body = body_of(request.in);
  const bool failed = FCGX_GetError(request.in) != 0;
  request.ipcFd = -1;
  if (failed) return std::nullopt;
  return parsed;
}

void init_libfcgi() {
  setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 0);
  FCGX_Init();
  // libfcgi's handlers would swallow these.
  for (const int number : {SIGTERM, SIGUSR1}) signal(number, SIG_DFL);
  signal(SIGPIPE, SIG_IGN);
}

}  // namespace session::gateway
