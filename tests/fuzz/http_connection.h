#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "gateway/config/load.h"
#include "gateway/transport/http/codec.h"

// One end of a connection by HTTP, for the fuzz targets of its codec.

namespace session::fuzz {

constexpr std::size_t kHeadBytes = 2048;
constexpr std::size_t kRequestBytes = 4096;

inline const gateway::HttpRoutes& http_routes() {
  static const auto routes = [] {
    const auto loaded = gateway::load_text("gateway.yaml",
                                           "listen: [{ unix: /run/front.sock, protocol: http, serves: [auth, "
                                           "session, health, ready, metrics] }]\n"
                                           "views: { self: { allow: [set, unset, destroy] } }\n");
    if (!loaded) std::abort();
    return gateway::HttpRoutes(*loaded, {"unix:/run/front.sock"});
  }();
  return routes;
}

inline std::unique_ptr<gateway::HttpCodec> http_codec() {
  static gateway::DateLine date(system_clock());
  return std::make_unique<gateway::HttpCodec>(gateway::HttpLimits{kHeadBytes, kRequestBytes}, 0, http_routes,
                                              date);
}

// A request that the codec has taken, and its bytes.
struct TakenRequest {
  std::string_view bytes;
  std::string body;
  bool takes_body = false;  // the endpoint does: others' bodies are dropped
};

// Feeds a codec one byte at a time, until it refuses, or closes the connection after an answer.
inline std::vector<TakenRequest> taken_requests(std::string_view input) {
  const auto codec = http_codec();
  std::vector<TakenRequest> taken;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < input.size(); ++at) {
    const auto outcome = codec->feed(input.substr(at, 1));
    // What is not whole with the limit's bytes is refused: the connection never holds more.
    if (outcome == gateway::Codec::Outcome::need_more && at + 1 - begin >= kRequestBytes) std::abort();
    if (outcome == gateway::Codec::Outcome::need_more) continue;
    if (outcome != gateway::Codec::Outcome::whole) break;
    const gateway::Request& request = codec->request();
    taken.push_back(
        {input.substr(begin, at + 1 - begin), request.body, request.settings.endpoint() == "session"});
    begin = at + 1;
    std::string out;
    codec->append_response(out, {200, {}, {}});
    if (!codec->keep_connection()) break;
    if (codec->feed({}) != gateway::Codec::Outcome::need_more || !codec->idle()) std::abort();
  }
  return taken;
}

}  // namespace session::fuzz
