#include "gateway/server/reload_control.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "core/base/escape.h"
#include "gateway/server/control_socket.h"

namespace session::gateway {
namespace {

constexpr std::size_t kMaxOpen = 8;
// For a request to come, and for the pause after the system had no descriptor for a connection.
constexpr seconds kRequestDeadline{5};

// Whether the peer runs as root, or as the user of this process.
bool may_ask(int descriptor) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == 0 || peer.uid == ::geteuid();
}

std::string answer_of(const ReloadOutcome& outcome) {
  std::string answer(outcome.reloaded ? kReloaded : kReloadFailed);
  answer += std::to_string(outcome.generation) + "\n";
  for (const std::string& line : outcome.lines) answer += printable(line) + "\n";
  return answer;
}

}  // namespace

ReloadControl::ReloadControl(const Executor& executor, ReloadQueue& queue, Log& log)
    : queue_(queue), log_(log), acceptor_(executor) {
  try {
    open();
  } catch (const std::exception& exception) {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    log_.warn("session-gateway reload --wait can't ask this process: {}", exception.what());
  }
}

void ReloadControl::open() {
  const Protocol::endpoint name(std::string(1, '\0') + new_control_name());
  acceptor_.open();
  acceptor_.bind(name);
  acceptor_.listen(static_cast<int>(kMaxOpen));
}

Task<void> ReloadControl::run() {
  SteadyTimer pause(acceptor_.get_executor());
  while (acceptor_.is_open()) {
    const auto socket = std::make_shared<Socket>(acceptor_.get_executor());
    const auto [error] = co_await acceptor_.async_accept(*socket, kAwaitTuple);
    if (error) {
      pause.expires_after(kRequestDeadline);
      (void)co_await pause.async_wait(kAwaitTuple);
      continue;
    }
    if (open_ >= kMaxOpen || !may_ask(socket->native_handle())) continue;
    ++open_;
    boost::asio::co_spawn(acceptor_.get_executor(), serve(socket),
                          [this](const std::exception_ptr&) { --open_; });
  }
}

Task<void> ReloadControl::serve(std::shared_ptr<Socket> socket) {
  std::array<char, kReloadRequest.size()> request{};
  SteadyTimer deadline(acceptor_.get_executor());
  deadline.expires_after(kRequestDeadline);
  deadline.async_wait([socket](const boost::system::error_code& cancelled) {
    boost::system::error_code ignored;
    if (!cancelled) socket->close(ignored);
  });
  const auto [failed, size] =
      co_await boost::asio::async_read(*socket, boost::asio::buffer(request), kAwaitTuple);
  deadline.cancel();
  if (failed || std::string_view(request.data(), size) != kReloadRequest) co_return;
  const ReloadOutcome outcome = co_await queue_.ask_and_wait();
  const std::string answer = answer_of(outcome);
  (void)co_await boost::asio::async_write(*socket, boost::asio::buffer(answer), kAwaitTuple);
}

}  // namespace session::gateway
