#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "gateway/nginx/lint/lint.h"
#include "gateway/nginx/lint/rule.h"

namespace session::gateway {
namespace {

constexpr mode_t kOthers = 0077;

std::string octal(mode_t mode) {
  std::array<char, 8> digits{};
  std::snprintf(digits.data(), digits.size(), "%04o", static_cast<unsigned>(mode));
  return digits.data();
}

// nginx's master reads the file as root, or as the user who started nginx.
bool is_others(uid_t owner) { return owner != 0 && owner != ::geteuid(); }

void look(const std::vector<Directive>& directives, std::vector<Finding>& findings) {
  for (const Directive& line : directives) {
    look(line.children, findings);
    if (line.name != "fastcgi_param" || line.arg(0) != "GATEWAY_SECRET") continue;
    struct stat status {};
    if (::stat(line.place.file.c_str(), &status) != 0) continue;
    if (is_others(status.st_uid)) {
      findings.push_back({Severity::danger, line.place,
                          "this file belongs to another user (" + std::to_string(status.st_uid) +
                              "), and who has its secret can log in as anybody",
                          "chown root " + line.place.file, std::string(kSecretFileOpen.name)});
    }
    if ((status.st_mode & kOthers) == 0) continue;
    findings.push_back({Severity::danger, line.place,
                        "others than its owner can use this file (mode " + octal(status.st_mode & 07777) +
                            "), and who has its secret can log in as anybody",
                        "chmod 0600 " + line.place.file, std::string(kSecretFileOpen.name)});
  }
}

}  // namespace

std::vector<Finding> open_secret_files(const std::vector<Directive>& configuration) {
  std::vector<Finding> findings;
  look(configuration, findings);
  return findings;
}

}  // namespace session::gateway
