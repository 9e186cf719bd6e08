// Runs all steps of an auth check on a kept connection except the system calls: framing, parsing, the check,
// accounting, the response. The first argument is the number of checks. callgrind counts their instructions
// (tests/checks/instructions).

#include <cstdio>
#include <cstdlib>

#include <boost/asio/co_spawn.hpp>

#include "bench/micro/auth_fixture.h"
#include "gateway/telemetry/request_log.h"
#include "gateway/transport/fastcgi/codec.h"

namespace session::gateway::bench {
namespace {

Task<void> check(AuthFixture& fixture, unsigned long times) {
  const std::string bytes = auth_request(fixture.cookie);
  Parser parser(131072);
  FastCgiCodec codec(FramingLimits{}, parser);
  for (unsigned long i = 0; i < times; ++i) {
    if (codec.feed(bytes) != Codec::Outcome::whole) std::abort();
    const Request& request = codec.request();
    const std::string_view name = request.settings.endpoint();
    const EndpointTable::Entry* const endpoint = fixture.endpoints.find(name);
    const Boxed<Response> response = co_await endpoint->answer(request, fixture.services);
    if (response->status != 204) std::abort();
    const AuditedRequest audited{request, name};
    record_request(fixture.telemetry, endpoint->id, audited, *response, std::chrono::microseconds(3));
    std::string out = codec.take_reply();
    codec.append_response(out, *response);
    if (codec.feed({}) == Codec::Outcome::whole) std::abort();
  }
}

}  // namespace
}  // namespace session::gateway::bench

int main(int argc, char** argv) {
  using namespace session;
  using namespace session::gateway;
  if (argc != 2) return 2;
  init_libfcgi();
  bench::AuthFixture fixture(true);
  boost::asio::io_context loop(1);
  boost::asio::co_spawn(loop, bench::check(fixture, std::strtoul(argv[1], nullptr, 10)),
                        [](const std::exception_ptr& failed) {
                          if (failed) std::abort();
                        });
  loop.run();
}
