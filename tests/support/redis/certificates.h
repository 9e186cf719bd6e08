#pragma once

#include <string>

#include "core/store/redis/connection/options.h"

namespace session::test {

// Throw-away certificates of a private directory, made by the openssl command line. All paths are of PEM
// files.
class Certificates {
 public:
  struct Pair {
    std::string certificate;
    std::string key;
  };
  static constexpr const char* kLoopback = "DNS:localhost,IP:127.0.0.1";

  // Makes two certificate authorities, one that is trusted and one that is `foreign`, and from the trusted
  // one a certificate of a server, good for the names (as openssl writes a subjectAltName), and one of a
  // client.
  explicit Certificates(std::string directory, const std::string& server_names = kLoopback);

  [[nodiscard]] const std::string& ca() const { return ca_.certificate; }
  [[nodiscard]] const std::string& foreign_ca() const { return foreign_ca_.certificate; }
  [[nodiscard]] const Pair& server() const { return server_; }
  [[nodiscard]] const Pair& client() const { return client_; }

  // Another certificate, in NAME.pem and NAME.key.
  [[nodiscard]] Pair issue(const std::string& name, const std::string& names = kLoopback) const;
  [[nodiscard]] Pair issue_foreign(const std::string& name, const std::string& names = kLoopback) const;

  // One of ca() that was good until yesterday.
  [[nodiscard]] Pair issue_expired(const std::string& name, const std::string& names = kLoopback) const;

  // What a client needs to know for a server with a certificate of ca().
  [[nodiscard]] RedisTls trusted() const;
  // The same, and shows the client's certificate.
  [[nodiscard]] RedisTls trusted_with_client() const;

 private:
  [[nodiscard]] Pair self_signed(const std::string& name) const;
  [[nodiscard]] Pair signed_by(const Pair& ca, const std::string& name, const std::string& names) const;
  [[nodiscard]] Pair files(const std::string& name) const;

  std::string directory_;
  Pair ca_;
  Pair foreign_ca_;
  Pair server_;
  Pair client_;
};

}  // namespace session::test
