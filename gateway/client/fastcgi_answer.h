#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "gateway/client/answer_parser.h"

namespace session::gateway {

using ClientParams = std::vector<std::pair<std::string_view, std::string_view>>;

// One request of a client as FastCGI 1.0: the role of a responder, no body, and no wish to keep the
// connection. REQUIRES: together the params fit into one record (64 KiB).
[[nodiscard]] std::string fastcgi_request(const ClientParams& params);

// The answer of a responder.
class FastcgiAnswer final : public AnswerParser {
 public:
  explicit FastcgiAnswer(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  [[nodiscard]] State feed(std::string_view bytes) override;
  [[nodiscard]] Result<ClientAnswer, std::string> answer() const override;

 private:
  [[nodiscard]] State take_records();
  [[nodiscard]] State take_record(unsigned char type, std::string_view content);

  std::size_t max_bytes_;
  std::string unread_;  // the beginning of a record
  std::string output_;  // of STDOUT
};

}  // namespace session::gateway
