#include "examples/demo/request.h"

#include "examples/demo/text.h"

namespace session::demo {
namespace {

constexpr std::size_t kMaxBody = 4096;

std::string param(const FCGX_Request& raw, const char* name) {
  const char* value = FCGX_GetParam(name, raw.envp);
  return value == nullptr ? "" : value;
}

std::vector<std::pair<std::string, std::string>> headers_of(const FCGX_Request& raw) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (char** entry = raw.envp; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (text.starts_with("HTTP_") && equals != std::string_view::npos)
      headers.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return headers;
}

std::optional<std::string> read_body(const FCGX_Request& raw) {
  std::string body(kMaxBody + 1, '\0');
  const int length = FCGX_GetStr(body.data(), static_cast<int>(body.size()), raw.in);
  body.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  if (body.size() > kMaxBody) return std::nullopt;
  return body;
}

}  // namespace

std::string Request::header(std::string_view name) const {
  for (const auto& [known, value] : headers) {
    if (known == name) return value;
  }
  return "";
}

bool Request::from_elsewhere() const {
  // Programs and old browsers say nothing.
  const std::string site = header("HTTP_SEC_FETCH_SITE");
  return site == "cross-site" || site == "same-site";
}

std::optional<Request> read_request(const FCGX_Request& raw) {
  auto body = read_body(raw);
  if (!body) return std::nullopt;
  Request request;
  request.method = param(raw, "REQUEST_METHOD");
  request.path = param(raw, "DOCUMENT_URI");
  request.query = param(raw, "QUERY_STRING");
  request.body = *std::move(body);
  request.headers = headers_of(raw);
  request.user = percent_decoded(request.header("HTTP_X_AUTH_REQUEST_USER"));
  request.email = percent_decoded(request.header("HTTP_X_AUTH_REQUEST_EMAIL"));
  request.groups = percent_decoded(request.header("HTTP_X_AUTH_REQUEST_GROUPS"));
  request.theme = percent_decoded(request.header("HTTP_X_AUTH_REQUEST_THEME"));
  return request;
}

}  // namespace session::demo
