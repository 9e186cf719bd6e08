#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "gateway/http/request.h"

namespace session::gateway {

// A request as libfcgi parsed it. What Request::params views lives as long as this object.
class ParsedRequest {
 public:
  ParsedRequest(ParsedRequest&&) noexcept;
  ParsedRequest& operator=(ParsedRequest&&) noexcept;
  ~ParsedRequest();

  [[nodiscard]] const Request& value() const { return value_; }

 private:
  friend class Parser;
  struct Fcgx;
  explicit ParsedRequest(std::unique_ptr<Fcgx> fcgx);

  std::unique_ptr<Fcgx> fcgx_;
  Request value_;
};

// Lets libfcgi parse whole requests.
//
// libfcgi only reads from a descriptor, blocks on it, reads past the request that it is asked for, and closes
// it when it dislikes something. So it gets no descriptor: its one reading function (OS_Read of its
// portability layer, fcgios.h) is replaced in this program by one that hands out the bytes of just the one
// request. It never blocks, never eats the next request's bytes, and never touches the client's socket. Not
// thread-safe: one per thread.
class Parser {
 public:
  // For requests of at most that many bytes.
  explicit Parser(std::size_t max_bytes) : max_bytes_(max_bytes) {}
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // REQUIRES: `records` is one request that Framing found complete. nullopt: libfcgi refused it all the same.
  [[nodiscard]] std::optional<ParsedRequest> parse(std::string_view records);

 private:
  std::size_t max_bytes_;
  std::string unpadded_;
};

// Once per process, before any Parser and before signal handlers are set: libfcgi installs its own. Throws
// std::runtime_error if this libfcgi does not read through our function.
void init_libfcgi();

}  // namespace session::gateway
