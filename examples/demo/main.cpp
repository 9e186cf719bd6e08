// The application of the demo: pages with a login, and no code for sessions. nginx and the gateway do that
// part; what is left here is to read a few headers (who is it?) and to send others (log in, log out).
//
// usage: demo-app SOCKET      FastCGI, behind the nginx of conf/demo

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fcgiapp.h>

#include "examples/demo/pages.h"

namespace session::demo {
namespace {

Response handle(const FCGX_Request& raw) {
  const auto request = read_request(raw);
  return request ? answer(*request) : refusal({}, 413, "Too long", "A form here is shorter.");
}

void send(const Response& response, const FCGX_Request& to) {
  const std::string text =
      "Status: " + std::to_string(response.status) + "\r\n" + response.headers + "\r\n" + response.body;
  FCGX_PutStr(text.data(), static_cast<int>(text.size()), to.out);
}

int serve(const char* socket) {
  FCGX_Init();
  // libfcgi takes SIGTERM for itself and goes on. There is nothing here to bring to an end.
  std::signal(SIGTERM, SIG_DFL);
  constexpr int kBacklog = 128;
  const int listener = FCGX_OpenSocket(socket, kBacklog);
  FCGX_Request request;
  if (listener < 0 || FCGX_InitRequest(&request, listener, 0) != 0) {
    std::fprintf(stderr, "demo-app: cannot listen on %s\n", socket);
    return EXIT_FAILURE;
  }
  while (FCGX_Accept_r(&request) == 0) {
    send(handle(request), request);
    FCGX_Finish_r(&request);
  }
  return EXIT_FAILURE;
}

}  // namespace
}  // namespace session::demo

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: demo-app SOCKET\n");
    return 2;
  }
  return session::demo::serve(argv[1]);
}
