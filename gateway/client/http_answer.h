#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "gateway/client/answer_parser.h"

namespace session::gateway {

// A request for `path`, which may have a query, by HTTP/1.1, after whose answer the connection is closed.
// Without X-Gateway-Secret if `secret` is empty. REQUIRES: no argument but the body has a line break.
[[nodiscard]] std::string http_request(std::string_view host, std::string_view path, std::string_view secret,
                                       std::string_view method = "GET", std::string_view body = {});

// The answer to a GET by HTTP/1.1 or 1.0. It says its length or is chunked, as the gateway's are: without
// that the end of a connection that broke would look like the end of the answer. Boost.Beast parses it, which
// this class alone sees.
class HttpAnswer final : public AnswerParser {
 public:
  // `max_bytes` is of everything that comes, the framing too.
  explicit HttpAnswer(std::size_t max_bytes);
  ~HttpAnswer() override;

  [[nodiscard]] State feed(std::string_view bytes) override;
  [[nodiscard]] Result<ClientAnswer, std::string> answer() const override;

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace session::gateway
