#include "tests/redis/certificates.h"

#include <stdexcept>
#include <utility>
#include <vector>

#include "tests/e2e/process.h"

namespace session::test {
namespace {

// A new key and a certificate for it; `more` says who signs and what it is good for.
void make_certificate(const Certificates::Pair& into, const std::string& name,
                      const std::vector<std::string>& more) {
  std::vector<std::string> command = {"openssl",
                                      "req",
                                      "-x509",
                                      "-newkey",
                                      "ec",
                                      "-pkeyopt",
                                      "ec_paramgen_curve:prime256v1",
                                      "-nodes",
                                      "-days",
                                      "2",
                                      "-subj",
                                      "/CN=" + name,
                                      "-keyout",
                                      into.key,
                                      "-out",
                                      into.certificate};
  command.insert(command.end(), more.begin(), more.end());
  const std::string log = into.key + ".log";
  Process openssl(command, log);
  if (openssl.wait() != 0) throw std::runtime_error("openssl: " + read_file(log));
}

}  // namespace

Certificates::Certificates(std::string directory, const std::string& server_names)
    : directory_(std::move(directory)),
      ca_(self_signed("ca")),
      foreign_ca_(self_signed("foreign-ca")),
      server_(issue("server", server_names)),
      client_(issue("client")) {}

Certificates::Pair Certificates::issue(const std::string& name, const std::string& names) const {
  return signed_by(ca_, name, names);
}

Certificates::Pair Certificates::issue_foreign(const std::string& name, const std::string& names) const {
  return signed_by(foreign_ca_, name, names);
}

RedisTls Certificates::trusted() const { return RedisTls{.ca_file = ca()}; }

RedisTls Certificates::trusted_with_client() const {
  return RedisTls{.ca_file = ca(), .certificate = client_.certificate, .key = client_.key};
}

Certificates::Pair Certificates::self_signed(const std::string& name) const {
  Pair pair = files(name);
  make_certificate(pair, name, {});  // openssl makes what signs itself an authority
  return pair;
}

Certificates::Pair Certificates::signed_by(const Pair& ca, const std::string& name,
                                           const std::string& names) const {
  Pair pair = files(name);
  make_certificate(pair, name,
                   {"-CA", ca.certificate, "-CAkey", ca.key, "-addext", "basicConstraints=critical,CA:FALSE",
                    "-addext", "subjectAltName=" + names});
  return pair;
}

Certificates::Pair Certificates::files(const std::string& name) const {
  return {directory_ + "/" + name + ".pem", directory_ + "/" + name + ".key"};
}

}  // namespace session::test
