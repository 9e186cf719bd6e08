#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "gateway/http/request.h"
#include "gateway/transport/fastcgi/params.h"

namespace session::gateway {

// A request as it was parsed. What value() and params() view lives as long as this object, and stays where it
// is when the object is moved.
class ParsedRequest {
 public:
  // The request in the gateway's terms (cgi_request.h).
  [[nodiscard]] const Request& value() const { return content_->value; }
  // The params that it was made of, as they came.
  [[nodiscard]] Params params() const { return Params({content_->text.get(), content_->params_size}); }

 private:
  friend class Parser;
  struct Content {
    Request value;
    std::unique_ptr<char[]> text;  // what `value` views
    std::size_t params_size = 0;   // of the text
  };

  std::unique_ptr<Content> content_ = std::make_unique<Content>();
};

// Parses whole requests with libfcgi.
//
// libfcgi reads from a descriptor, blocks on it, reads past the end of the request, and closes the descriptor
// on errors. Therefore it gets none: this program replaces its one reading function (OS_Read of its
// portability layer, fcgios.h) by one that hands out the bytes of a single request. So libfcgi never blocks,
// never takes bytes of the next request, and never touches the client's socket.
//
// libfcgi's own way to the next request (FCGX_Accept_r) makes three streams and a copy of each param, and
// drops them again: a fifth of a check. So a parser lets libfcgi accept once, and then has each request read
// by the same stream, which splits the records, takes role and id, and finds where the params and the body
// end. That stream has one type of record, so params come to it as records of the body's type.
// Not thread-safe: one per thread.
class Parser {
 public:
  // Refuses requests of more bytes than that.
  explicit Parser(std::size_t max_bytes);
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // nullopt: libfcgi refused the request. REQUIRES: `records` is one request that Framing found complete.
  [[nodiscard]] std::optional<ParsedRequest> parse(std::string_view records);

 private:
  struct Reader;
  struct Copy;
  [[nodiscard]] bool read(const Copy& copy, ParsedRequest& parsed);

  std::size_t max_bytes_;
  std::unique_ptr<Reader> reader_;   // nullptr: to be made for the next request
  std::unique_ptr<char[]> records_;  // as libfcgi reads them
  std::size_t room_ = 0;             // in records_
};

// Prepares libfcgi. To be called once per process, before any Parser is made and before signal handlers are
// set, since libfcgi installs its own. Throws std::runtime_error if this libfcgi does not read as Parser
// needs it.
void init_libfcgi();

}  // namespace session::gateway
