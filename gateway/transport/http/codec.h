#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/transport/codec.h"
#include "gateway/transport/http/date_line.h"
#include "gateway/transport/http/head_scan.h"
#include "gateway/transport/http/message_parser.h"
#include "gateway/transport/http/routes.h"

namespace session::gateway {

struct HttpLimits {
  std::size_t head_bytes = std::size_t{48} << 10;
  std::size_t request_bytes = 131072;  // of one request: the head, the body and its framing
};

// HTTP/1.1 and 1.0 for a server (RFC 9110, 9112), for fronts that ask for checks, and for probes. Requests of
// a connection are answered in their order; those sent ahead (pipelining) wait. Which words are whose:
// http_request.h.
//
// A check that passes is answered with a 200: some fronts take no other status for a yes.
class HttpCodec final : public Codec {
 public:
  // How long a kept connection may idle, and a new one may be silent.
  static constexpr milliseconds kIdleLimit{75000};

  // `peer`: the user who has connected, if that is known. REQUIRES: `date` is of the connection's thread, and
  // it and what `routes` returns outlive the codec.
  HttpCodec(HttpLimits limits, std::size_t listener, RoutesInUse routes, DateLine& date,
            std::optional<uid_t> peer = std::nullopt)
      : limits_(limits), listener_(listener), peer_(peer), routes_(std::move(routes)), date_(date) {}

  [[nodiscard]] Outcome feed(std::string_view received) override;
  [[nodiscard]] const Request& request() const override { return *request_; }
  [[nodiscard]] Refusal refusal() const override { return *refusal_; }
  void append_response(std::string& out, const Response& response) override;
  void close_after_answer() override { keep_ = false; }
  [[nodiscard]] std::string take_reply() override { return std::exchange(reply_, {}); }
  [[nodiscard]] bool keep_connection() const override { return keep_; }
  [[nodiscard]] bool idle() const override { return stage_ == Stage::head && pending_.empty(); }
  [[nodiscard]] std::optional<milliseconds> idle_limit() const override { return kIdleLimit; }
  [[nodiscard]] const char* why() const override { return why_; }

 private:
  enum class Stage { head, body, whole };

  [[nodiscard]] Outcome read(std::string_view& input);
  [[nodiscard]] Outcome read_head(std::string_view& input);
  [[nodiscard]] Outcome read_body(std::string_view& input);
  [[nodiscard]] Outcome begin_body();
  [[nodiscard]] Outcome whole();
  [[nodiscard]] Outcome refuse(Refusal refusal, const char* why);
  [[nodiscard]] Outcome refuse_malformed(const char* why);
  [[nodiscard]] Outcome refuse_too_large();

  const HttpLimits limits_;
  const std::size_t listener_;
  const std::optional<uid_t> peer_;
  const RoutesInUse routes_;
  DateLine& date_;
  MessageParser parser_;
  HeadScan scan_;
  Stage stage_ = Stage::head;
  std::string pending_;  // what has come and is not all taken yet
  // How much of it is taken: it is moved up once for each piece that comes, and not for each request in it.
  std::size_t taken_of_pending_ = 0;
  std::string head_;  // the header block, which the request views
  std::string body_;
  std::optional<Request> request_;
  std::size_t taken_ = 0;  // bytes of the request
  bool takes_body_ = false;
  bool is_check_ = false;
  bool is_head_ = false;
  bool is_1_1_ = true;
  bool keep_ = true;
  std::optional<Refusal> refusal_;
  std::string reply_;
  const char* why_ = "";
};

}  // namespace session::gateway
