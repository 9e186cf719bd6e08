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

// The TLS files, read once. All threads share it.
class TlsContext;
// Thrown for a TLS file that can't be used; what() names the file.
struct BadTlsFile : std::runtime_error {
  BadTlsFile(const std::string& path, std::string RedisTls::*which, std::string sentence)
      : std::runtime_error("can't use " + path + ": " + sentence), file(which), why(std::move(sentence)) {}
  std::string RedisTls::*file;
  std::string why;
};
// Reads the files. Throws BadTlsFile, or std::runtime_error if the system has no certificate authorities.
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

  // Without TLS `tls` is nullptr. REQUIRES: it is nullptr for Unix sockets. The clock outlives the transport.
  static std::unique_ptr<Transport> make(Executor executor, std::shared_ptr<TlsContext> tls,
                                         std::shared_ptr<Resolver> resolver, const Clock& clock);
  virtual ~Transport() = default;

  // Connects, does the TLS handshake and verifies the certificate. The look-up and the TCP connect end by
  // `until`, if need be with an error; the caller must end the TLS handshake in time with close().
  virtual Outcome connect(RedisAddress address, Clock::Steady until) = 0;
  // The step that connect() waits for, or waited for last, as a noun for the log.
  [[nodiscard]] virtual std::string_view awaited() const { return "connection"; }
  // Waits for bytes and returns them; they are valid until the next call. The end of the stream is an error.
  // If nothing is due, an end that came together with the bytes before may go unseen until look_for_end():
  // the kernel reports both at once, and to look for more each time is a system call.
  enum class Due { something, nothing };
  virtual Task<Result<std::string_view, ConnectError>> receive(Due due = Due::something) = 0;
  // Has receive() look for what came, if it waits. REQUIRES: no send() is in progress.
  virtual void look_for_end() {}
  // Sends as many bytes as possible without waiting, and returns their number. receive() reports errors.
  virtual std::size_t try_send(std::string_view bytes) = 0;
  // Sends all bytes. REQUIRES: no other send() is in progress.
  virtual Outcome send(std::string_view bytes) = 0;
  virtual void close() = 0;
};

}  // namespace session
