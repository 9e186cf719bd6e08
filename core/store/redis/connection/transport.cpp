#include "core/store/redis/connection/transport.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include "core/base/await.h"
#include "core/store/redis/connection/dial.h"
#include "core/store/redis/connection/resolver.h"

namespace session {

namespace asio = boost::asio;

class TlsContext {
 public:
  explicit TlsContext(RedisTls settings) : tls(std::move(settings)) {}
  RedisTls tls;
  asio::ssl::context context{asio::ssl::context::tls_client};
};

namespace {

constexpr std::size_t kReceiveBytes = std::size_t{64} << 10;

using Error = boost::system::error_code;
using Done = Result<void, ConnectError>;

Done to_result(const Error& error) {
  if (error) return ConnectError(error.message());
  return {};
}

using Received = std::array<char, kReceiveBytes>;

template <class Stream>
Transport::Outcome send_to(Stream& stream, std::string_view bytes) {
  const auto [error, size] =
      co_await asio::async_write(stream, asio::buffer(bytes.data(), bytes.size()), kAwaitTuple);
  co_return to_result(error);
}

Task<Done> look_up_and_dial(DialedSocket& dialed, std::shared_ptr<Resolver> resolver, RedisAddress address,
                            Clock::Steady until, const Clock& clock) {
  auto endpoints = co_await resolver->find(std::move(address), until);
  if (!endpoints) co_return endpoints.error();
  co_return co_await dial(dialed, std::move(*endpoints), until, clock);
}

class PlainTransport final : public Transport {
 public:
  PlainTransport(const Executor& executor, std::shared_ptr<Resolver> resolver, const Clock& clock)
      : dialed_(executor), resolver_(std::move(resolver)), clock_(clock) {}

  Outcome connect(RedisAddress address, Clock::Steady until) override {
    may_want_tls_ = address.path.empty();
    co_return co_await look_up_and_dial(dialed_, resolver_, std::move(address), until, clock_);
  }

  Task<Result<std::string_view, ConnectError>> receive(Due due) override {
    bool wait = drained_ && due == Due::nothing;
    for (;;) {
      if (wait) {
        waits_ = true;
        const auto [error] = co_await dialed_.socket.async_wait_readable_edge(kAwaitTuple);
        waits_ = false;
        if (error && !std::exchange(looks_, false)) co_return ended(error);
      }
      const auto got =
          ::recv(dialed_.socket.native_handle(), received_.data(), received_.size(), MSG_DONTWAIT);
      if (got > 0) co_return arrived(static_cast<std::size_t>(got));
      if (got == 0) co_return ended(asio::error::eof);
      wait = errno == EAGAIN;
      if (errno != EAGAIN && errno != EINTR) co_return ended(Error(errno, boost::system::system_category()));
    }
  }

  void look_for_end() override {
    if (!waits_ || dialed_.closed) return;
    looks_ = true;
    dialed_.socket.cancel();
  }

  std::size_t try_send(std::string_view bytes) override {
    const auto sent =
        ::send(dialed_.socket.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }

  Outcome send(std::string_view bytes) override { co_return co_await send_to(dialed_.socket, bytes); }

  void close() override { dialed_.close(); }

 private:
  // Fewer bytes than there is room for are all that there were.
  std::string_view arrived(std::size_t size) {
    may_want_tls_ = false;
    drained_ = size < received_.size();
    return {received_.data(), size};
  }

  // A TLS server closes a connection that does not begin with a TLS handshake.
  [[nodiscard]] ConnectError ended(const Error& error) const {
    return ConnectError(error.message() + (may_want_tls_ ? "; does it want TLS?" : ""));
  }

  DialedSocket dialed_;
  std::shared_ptr<Resolver> resolver_;
  const Clock& clock_;
  Received received_{};
  bool may_want_tls_ = false;  // no bytes have arrived yet
  bool drained_ = false;       // by the last arrival
  bool waits_ = false;         // in receive()
  bool looks_ = false;         // look_for_end() has ended the wait
};

// Returns OpenSSL's text if the certificate was rejected, else Asio's.
std::string why_no_tls(const Error& error, SSL* ssl) {
  const long verified = SSL_get_verify_result(ssl);
  if (verified != X509_V_OK)
    return std::string("its certificate is refused: ") + X509_verify_cert_error_string(verified);
  return "TLS: " + error.message();
}

class TlsTransport final : public Transport {
 public:
  TlsTransport(const Executor& executor, std::shared_ptr<TlsContext> tls, std::shared_ptr<Resolver> resolver,
               const Clock& clock)
      : tls_(std::move(tls)),
        resolver_(std::move(resolver)),
        clock_(clock),
        dialed_(executor),
        stream_(dialed_.socket, tls_->context) {}

  Outcome connect(RedisAddress address, Clock::Steady until) override {
    const std::string name = tls_->tls.server_name.empty() ? address.host : tls_->tls.server_name;
    auto connected = co_await look_up_and_dial(dialed_, resolver_, std::move(address), until, clock_);
    if (!connected) co_return connected;
    awaited_ = "TLS handshake";
    expect(name);
    const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::client, kAwaitTuple);
    if (error) co_return ConnectError(why_no_tls(error, stream_.native_handle()));
    awaited_ = "answer";
    co_return connected;
  }

  [[nodiscard]] std::string_view awaited() const override { return awaited_; }

  Task<Result<std::string_view, ConnectError>> receive(Due) override {
    const auto [error, size] = co_await stream_.async_read_some(asio::buffer(received_), kAwaitTuple);
    if (error) co_return with_certificate_hint(ConnectError(error.message()));
    certificate_requested_ = false;
    co_return std::string_view(received_.data(), size);
  }

  std::size_t try_send(std::string_view) override { return 0; }

  Outcome send(std::string_view bytes) override {
    auto sent = co_await send_to(stream_, bytes);
    if (!sent) sent = with_certificate_hint(sent.error());
    co_return sent;
  }

  void close() override { dialed_.close(); }

 private:
  // Requires a certificate for this name or address (RFC 6125). Sends a name to the server (SNI), but not an
  // address.
  void expect(const std::string& name) {
    const auto is_for_name = asio::ssl::host_name_verification(name);
    stream_.set_verify_callback([is_for_name](bool trusted, asio::ssl::verify_context& context) {
      const bool accepted = is_for_name(trusted, context);
      if (trusted && !accepted)
        X509_STORE_CTX_set_error(context.native_handle(), X509_V_ERR_HOSTNAME_MISMATCH);
      return accepted;
    });
    SSL_set_cert_cb(stream_.native_handle(), note_certificate_request, &certificate_requested_);
    Error no_address;
    (void)asio::ip::make_address(name, no_address);
    if (no_address) SSL_set_tlsext_host_name(stream_.native_handle(), name.c_str());
  }

  static int note_certificate_request(SSL*, void* asked) {
    *static_cast<bool*>(asked) = true;
    return 1;
  }

  // With TLS 1.3 a server rejects the client's certificate after the client's part of the handshake is done,
  // and often only closes the connection. So the first error after the handshake mentions the certificate.
  [[nodiscard]] ConnectError with_certificate_hint(const ConnectError& error) const {
    if (!certificate_requested_) return error;
    return ConnectError(error.why + "; it asked for a certificate of the gateway, " +
                        (tls_->tls.certificate.empty() ? "which has none" : "and may not accept it"));
  }

  std::shared_ptr<TlsContext> tls_;
  std::shared_ptr<Resolver> resolver_;
  const Clock& clock_;
  DialedSocket dialed_;
  asio::ssl::stream<Socket&> stream_;
  Received received_{};
  std::string_view awaited_ = "connection";
  bool certificate_requested_ = false;  // and no bytes have arrived since
};

void throw_if(const Error& error, const RedisTls& tls, std::string RedisTls::*file) {
  if (error) throw BadTlsFile(tls.*file, file, error.message());
}

}  // namespace

std::shared_ptr<TlsContext> make_tls_context(const RedisTls& tls) {
  auto made = std::make_shared<TlsContext>(tls);
  asio::ssl::context& context = made->context;
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_verify_mode(asio::ssl::verify_peer);
  Error error;
  if (tls.ca_file.empty()) {
    context.set_default_verify_paths(error);
    if (error) throw std::runtime_error("no certificate authorities of the system: " + error.message());
  } else {
    context.load_verify_file(tls.ca_file, error);
    throw_if(error, tls, &RedisTls::ca_file);
  }
  if (!tls.certificate.empty()) {
    context.use_certificate_chain_file(tls.certificate, error);
    throw_if(error, tls, &RedisTls::certificate);
    // An empty password: OpenSSL would otherwise prompt for it on the terminal.
    context.set_password_callback(
        [](std::size_t, asio::ssl::context::password_purpose) { return std::string(); });
    context.use_private_key_file(tls.key, asio::ssl::context::pem, error);
    throw_if(error, tls, &RedisTls::key);
  }
  return made;
}

std::unique_ptr<Transport> Transport::make(Executor executor, std::shared_ptr<TlsContext> tls,
                                           std::shared_ptr<Resolver> resolver, const Clock& clock) {
  if (tls) return std::make_unique<TlsTransport>(executor, std::move(tls), std::move(resolver), clock);
  return std::make_unique<PlainTransport>(executor, std::move(resolver), clock);
}

}  // namespace session
