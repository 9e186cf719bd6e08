#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/transport/fastcgi/role.h"

namespace session::gateway {

struct FramingLimits {
  std::size_t request_bytes = 131072;  // all records of one request, headers and padding included
  std::size_t params = 4096;           // name-value pairs in one request
  std::size_t connections = 10000;     // not enforced here: what GET_VALUES is told
};

// Checks that a PARAMS stream is name-value pairs (FastCGI 1.0, section 3.4) as its bytes pass by, in pieces
// of any size. Names must be there and hold no "=", and neither names nor values a NUL: libfcgi keeps
// "name=value" C strings, so anything else would be read as another param than was sent.
class ParamsCheck {
 public:
  enum class Verdict { fine, malformed, too_many };

  [[nodiscard]] Verdict feed(std::string_view bytes, const FramingLimits& limits);
  // Whether the stream may end here.
  [[nodiscard]] bool at_boundary() const { return stage_ == Stage::name_length && lengths_have_ == 0; }

 private:
  enum class Stage { name_length, value_length, name, value };
  void take_pairs(std::string_view& bytes, const FramingLimits& limits);
  [[nodiscard]] bool take_length_byte(unsigned char byte);
  [[nodiscard]] Verdict lengths_known(const FramingLimits& limits);
  [[nodiscard]] bool take_text(std::string_view& bytes);

  Stage stage_ = Stage::name_length;
  std::uint32_t length_ = 0;   // of the length being read
  unsigned lengths_have_ = 0;  // bytes of it that have been seen
  std::uint32_t name_left_ = 0;
  std::uint32_t value_left_ = 0;
  std::size_t pairs_ = 0;
};

// What to do with the record at the front of the input.
struct Step {
  enum class Kind {
    need_more,  // it is not all there yet
    take,       // it belongs to the request
    skip,       // it does not; drop it
    complete,   // it belongs to the request, and is its last
    aborted,    // the peer gave the request up: drop it and what was taken
    too_large,  // the request passes a limit: answer it with an error and close
    violation,  // this is not FastCGI: close
  };
  Kind kind = Kind::need_more;
  std::size_t size = 0;  // of the record, header and padding included; unless need_more
  bool close = false;    // close after take_reply(), as the peer did not ask to keep the connection
  const char* why = "";  // for a violation: what was wrong, for the log
};

// Tells one connection's requests apart, before anything else reads them: the state machine of FastCGI 1.0
// for a responder and authorizer that does not multiplex. libfcgi blocks, has no limits and trusts its peer,
// so it gets to see only requests that this class found whole, well-formed and small enough.
//
// An authorizer's request is whole at the end of its PARAMS: Apache sends no STDIN then, and lighttpd sends
// it only after the answer. The STDIN that comes is of an id that is not active any more.
//
// What the specification wants answered without a request is answered in take_reply(): GET_VALUES and unknown
// management records (section 4), other roles than these two (UNKNOWN_ROLE), a second request while one is
// being read (CANT_MPX_CONN), ABORT_REQUEST. Where the role is not responder, a 500 as output precedes
// END_REQUEST. Records of ids that are not active are skipped (section 3.3).
// Pure: no I/O, no clock. Copyable. Not thread-safe.
class Framing {
 public:
  explicit Framing(FramingLimits limits) : limits_(limits) {}

  // Looks at the record at the front of `input`. Every outcome but need_more counts the record as seen: the
  // next call is for what follows it. After too_large and violation there is no next call.
  [[nodiscard]] Step next(std::string_view input);
  // Returns the records that the protocol wants sent to the peer now, before any answer. Taken: empty
  // afterwards.
  [[nodiscard]] std::string take_reply() { return std::exchange(reply_, {}); }

  // Of the request that is being read, or was completed last.
  [[nodiscard]] std::uint16_t request_id() const { return id_; }
  [[nodiscard]] Role role() const { return role_; }
  [[nodiscard]] bool keep_connection() const { return keep_; }
  // Whether no request has begun.
  [[nodiscard]] bool idle() const { return stage_ == Stage::idle; }

 private:
  enum class Stage { idle, params, body };
  struct Header {
    unsigned char type;
    std::uint16_t id;
    std::uint16_t content;
    std::size_t size;
  };

  [[nodiscard]] Step answer(std::size_t size, const std::string& reply);
  [[nodiscard]] Step management(const Header& header, std::string_view content);
  [[nodiscard]] Step begin(const Header& header, std::string_view content);
  [[nodiscard]] Step params(const Header& header, std::string_view content);
  [[nodiscard]] Step body(const Header& header);
  [[nodiscard]] Step abort(const Header& header);
  [[nodiscard]] Step application(const Header& header, std::string_view content);

  FramingLimits limits_;
  Stage stage_ = Stage::idle;
  std::uint16_t id_ = 0;
  Role role_ = Role::responder;
  bool keep_ = false;
  std::size_t total_ = 0;
  ParamsCheck params_;
  std::string reply_;  // of the steps since it was taken
};

}  // namespace session::gateway
