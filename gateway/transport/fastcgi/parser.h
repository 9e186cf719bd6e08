#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "gateway/http/request.h"
#include "gateway/transport/fastcgi/params.h"

namespace session::gateway {

// A request as libfcgi has parsed it. What value() and params() view lives as long as this object, and stays
// where it is when the object is moved.
class ParsedRequest {
 public:
  ParsedRequest(ParsedRequest&&) noexcept;
  ParsedRequest& operator=(ParsedRequest&&) noexcept;
  ~ParsedRequest();

  // The request in the gateway's terms (cgi_request.h).
  [[nodiscard]] const Request& value() const;
  // The params that it was made of, as they came; libfcgi adds FCGI_ROLE.
  [[nodiscard]] Params params() const;

 private:
  friend class Parser;
  struct Fcgx;
  explicit ParsedRequest(std::unique_ptr<Fcgx> fcgx);

  std::unique_ptr<Fcgx> fcgx_;
};

// Parses whole requests with libfcgi.
//
// libfcgi reads from a descriptor, blocks on it, reads past the end of the request, and closes the descriptor
// on errors. Therefore it gets none: this program replaces its one reading function (OS_Read of its
// portability layer, fcgios.h) by one that hands out the bytes of a single request. So libfcgi never blocks,
// never takes bytes of the next request, and never touches the client's socket. Not thread-safe: one per
// thread.
class Parser {
 public:
  // Refuses requests of more bytes than that.
  explicit Parser(std::size_t max_bytes) : max_bytes_(max_bytes) {}
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // nullopt: libfcgi refused the request. REQUIRES: `records` is one request that Framing found complete.
  [[nodiscard]] std::optional<ParsedRequest> parse(std::string_view records);

 private:
  std::size_t max_bytes_;
  std::string unpadded_;
};

// Prepares libfcgi. To be called once per process, before any Parser is made and before signal handlers are
// set, since libfcgi installs its own. Throws std::runtime_error if this libfcgi does not read through
// OS_Read.
void init_libfcgi();

}  // namespace session::gateway
