#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/task.h"
#include "core/store/redis/connection/options.h"

namespace session {

// What connections are made with TLS by: read once, shared by all threads.
class TlsContext;
// A TLS file that can't be used; what() names it.
struct BadTlsFile : std::runtime_error {
  BadTlsFile(const std::string& path, std::string RedisTls::*which, std::string sentence)
      : std::runtime_error("can't use " + path + ": " + sentence), file(which), why(std::move(sentence)) {}
  std::string RedisTls::*file;
  std::string why;
};
// Throws BadTlsFile, or std::runtime_error if TLS can't be had at all.
[[nodiscard]] std::shared_ptr<TlsContext> make_tls_context(const RedisTls& tls);

class Resolver;

// Why a connection could not be made, or ended: a sentence for the log.
struct ConnectError {
  ConnectError() = default;
  explicit ConnectError(std::string sentence) : why(std::move(sentence)) {}
  std::string why;
};

// A byte stream to a server: TCP, a Unix socket, or TLS over TCP. Not thread-safe.
//
// Only connect() has a deadline: close() ends every other operation.
class Transport {
 public:
  using Outcome = Task<Result<void, ConnectError>>;

  // `tls` is nullptr for no TLS. REQUIRES: it is nullptr for Unix sockets. The clock outlives the transport.
  static std::unique_ptr<Transport> make(Executor executor, std::shared_ptr<TlsContext> tls,
                                         std::shared_ptr<Resolver> resolver, const Clock& clock);
  virtual ~Transport() = default;

  // Connects, with TLS greeted and the certificate verified. Names have been looked up and endpoints tried by
  // `until`, or that is the error; it is for the caller to end TLS' part in time.
  virtual Outcome connect(RedisAddress address, Clock::Steady until) = 0;
  // What connect() waits for, or waited for last.
  [[nodiscard]] virtual std::string_view awaited() const { return "connection"; }
  // What has come, after a wait if nothing has; valid until the next call. Error: also for the stream's end.
  virtual Task<Result<std::string_view, ConnectError>> receive() = 0;
  // Sends as much as goes without waiting, and says how much. An error shows in receive().
  virtual std::size_t try_send(std::string_view bytes) = 0;
  // Sends all of it. One at a time.
  virtual Outcome send(std::string_view bytes) = 0;
  virtual void close() = 0;
};

}  // namespace session
