#include "core/store/redis/transport.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <stdexcept>
#include <vector>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include "core/await.h"

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
using Endpoint = asio::generic::stream_protocol::endpoint;
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;
using Endpoints = Result<std::vector<Endpoint>, Broken>;
using Done = Result<void, Broken>;

Done outcome(const Error& error) {
  if (error) return Broken(error.message());
  return {};
}

// Names are looked up by the system's resolver, on a thread of Asio's.
Task<Endpoints> resolve(RedisAddress address) {
  if (!address.path.empty()) {
    asio::local::stream_protocol::endpoint endpoint(address.path);
    co_return std::vector<Endpoint>{Endpoint(endpoint)};
  }
  Error bad;
  const auto numeric = asio::ip::make_address(address.host, bad);
  if (!bad) co_return std::vector<Endpoint>{Endpoint(asio::ip::tcp::endpoint(numeric, address.port))};
  asio::ip::basic_resolver<asio::ip::tcp, Executor> resolver(co_await asio::this_coro::executor);
  const auto [error, found] =
      co_await resolver.async_resolve(address.host, std::to_string(address.port), kAwaitTuple);
  if (error) co_return Broken("its name can't be looked up: " + error.message());
  std::vector<Endpoint> endpoints;
  for (const auto& entry : found) endpoints.emplace_back(entry.endpoint());
  co_return endpoints;
}

// Small commands must not wait for each other's acknowledgement, and a machine that has gone without a word
// is noticed while nothing is asked of it.
void tune(Socket& socket) {
  const int descriptor = socket.native_handle();
  const auto set = [descriptor](int level, int option, int value) {
    ::setsockopt(descriptor, level, option, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 10);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
}

// Connects to the first of the addresses that takes it.
Transport::Outcome connect_any(Socket& socket, RedisAddress address) {
  auto endpoints = co_await resolve(std::move(address));
  if (!endpoints) co_return endpoints.error();
  Done last = Broken("its name has no address");
  for (const Endpoint& endpoint : *endpoints) {
    Error ignored;
    socket.close(ignored);
    const auto [error] = co_await socket.async_connect(endpoint, kAwaitTuple);
    last = outcome(error);
    if (!error) break;
  }
  if (!last) co_return last;
  tune(socket);
  co_return last;
}

using Received = std::array<char, kReceiveBytes>;

template <class Stream>
Task<Result<std::string_view, Broken>> receive_from(Stream& stream, Received& buffer) {
  const auto [error, size] = co_await stream.async_read_some(asio::buffer(buffer), kAwaitTuple);
  if (error) co_return Broken(error.message());
  co_return std::string_view(buffer.data(), size);
}

template <class Stream>
Transport::Outcome send_to(Stream& stream, std::string_view bytes) {
  const auto [error, size] =
      co_await asio::async_write(stream, asio::buffer(bytes.data(), bytes.size()), kAwaitTuple);
  co_return outcome(error);
}

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(const Executor& executor) : socket_(executor) {}

  Outcome connect(RedisAddress address) override {
    co_return co_await connect_any(socket_, std::move(address));
  }

  Task<Result<std::string_view, Broken>> receive() override {
    co_return co_await receive_from(socket_, received_);
  }

  std::size_t try_send(std::string_view bytes) override {
    const auto sent =
        ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }

  Outcome send(std::string_view bytes) override { co_return co_await send_to(socket_, bytes); }

  void close() override {
    Error ignored;
    socket_.close(ignored);
  }

 private:
  Socket socket_;
  Received received_{};
};

// OpenSSL's words for a certificate that is not accepted; Asio's for all else.
std::string why_no_tls(const Error& error, SSL* ssl) {
  const long verified = SSL_get_verify_result(ssl);
  if (verified != X509_V_OK)
    return std::string("its certificate is refused: ") + X509_verify_cert_error_string(verified);
  return "TLS: " + error.message();
}

class TlsTransport final : public Transport {
 public:
  TlsTransport(const Executor& executor, std::shared_ptr<TlsContext> tls)
      : tls_(std::move(tls)), socket_(executor), stream_(socket_, tls_->context) {}

  Outcome connect(RedisAddress address) override {
    const std::string name = tls_->tls.server_name.empty() ? address.host : tls_->tls.server_name;
    auto connected = co_await connect_any(socket_, std::move(address));
    if (!connected) co_return connected;
    expect(name);
    const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::client, kAwaitTuple);
    if (error) co_return Broken(why_no_tls(error, stream_.native_handle()));
    co_return connected;
  }

  Task<Result<std::string_view, Broken>> receive() override {
    co_return co_await receive_from(stream_, received_);
  }

  std::size_t try_send(std::string_view) override { return 0; }

  Outcome send(std::string_view bytes) override { co_return co_await send_to(stream_, bytes); }

  void close() override {
    Error ignored;
    socket_.close(ignored);
  }

 private:
  // The certificate must be for this name or address (RFC 6125); a name is sent along (SNI), an address is
  // not.
  void expect(const std::string& name) {
    stream_.set_verify_callback(asio::ssl::host_name_verification(name));
    Error no_address;
    (void)asio::ip::make_address(name, no_address);
    if (no_address) SSL_set_tlsext_host_name(stream_.native_handle(), name.c_str());
  }

  std::shared_ptr<TlsContext> tls_;
  Socket socket_;
  asio::ssl::stream<Socket&> stream_;
  Received received_{};
};

void use_file(const Error& error, const std::string& file) {
  if (error) throw std::runtime_error("can't use " + file + ": " + error.message());
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
    use_file(error, "the system's certificate authorities");
  } else {
    context.load_verify_file(tls.ca_file, error);
    use_file(error, tls.ca_file);
  }
  if (!tls.certificate.empty()) {
    context.use_certificate_chain_file(tls.certificate, error);
    use_file(error, tls.certificate);
    context.use_private_key_file(tls.key, asio::ssl::context::pem, error);
    use_file(error, tls.key);
  }
  return made;
}

std::unique_ptr<Transport> Transport::make(Executor executor, std::shared_ptr<TlsContext> tls) {
  if (tls) return std::make_unique<TlsTransport>(executor, std::move(tls));
  return std::make_unique<PlainTransport>(executor);
}

}  // namespace session
