#include "tests/support/redis/certificates.h"

#include <stdexcept>
#include <utility>
#include <vector>

#include "tests/support/e2e/process.h"

namespace session::test {
namespace {

using Words = std::vector<std::string>;

void openssl(Words command, const Words& more, const std::string& log) {
  command.insert(command.begin(), "openssl");
  command.insert(command.end(), more.begin(), more.end());
  Process process(command, log);
  if (process.wait() != 0) throw std::runtime_error("openssl: " + read_file(log));
}

Words new_key(const Certificates::Pair& into, const std::string& name) {
  return {"-newkey", "ec",    "-pkeyopt",   "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
          into.key,  "-subj", "/CN=" + name};
}

// A new key and a certificate for it; `more` says who signs and what it is good for.
void make_certificate(const Certificates::Pair& into, const std::string& name, const Words& more) {
  Words command = {"req", "-x509", "-days", "2", "-out", into.certificate};
  const Words key = new_key(into, name);
  command.insert(command.end(), key.begin(), key.end());
  openssl(command, more, into.key + ".log");
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

// By way of a request: only what signs those takes a negative number of days.
Certificates::Pair Certificates::issue_expired(const std::string& name, const std::string& names) const {
  Pair pair = files(name);
  const std::string request = pair.key + ".request";
  const std::string log = pair.key + ".log";
  openssl({"req", "-new", "-out", request, "-addext", "subjectAltName=" + names}, new_key(pair, name), log);
  openssl({"x509", "-req", "-days", "-1", "-copy_extensions", "copy"},
          {"-in", request, "-out", pair.certificate, "-CA", ca_.certificate, "-CAkey", ca_.key}, log);
  return pair;
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
