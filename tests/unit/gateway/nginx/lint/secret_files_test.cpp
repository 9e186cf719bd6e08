#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "tests/support/linting.h"

// Who else can use the file by which nginx sends the gateway's secret.

namespace session::gateway {
namespace {

struct SecretFile : NginxFiles {
  SecretFile() {
    write("nginx.conf", "http { include secret.conf; }\n");
    write("secret.conf", "fastcgi_param GATEWAY_SECRET 0123456789abcdef0123456789abcdef;\n");
  }
  [[nodiscard]] std::string file() const { return (path / "secret.conf").string(); }

  [[nodiscard]] std::string found(mode_t mode, uid_t owner = ::geteuid()) const {
    BOOST_REQUIRE(::chown(file().c_str(), owner, ::getegid()) == 0);
    BOOST_REQUIRE(::chmod(file().c_str(), mode) == 0);
    const auto configuration = load_nginx((path / "nginx.conf").string());
    BOOST_REQUIRE(configuration.has_value());
    std::string out;
    for (const Finding& finding : open_secret_files(*configuration)) {
      BOOST_TEST((finding.severity == Severity::danger));
      BOOST_TEST(finding.rule == "secret-file-open");
      out += finding.text + " [" + finding.write + "]\n";
    }
    return out;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lint_secret_files, SecretFile)

BOOST_AUTO_TEST_CASE(a_file_of_this_user_that_nobody_else_can_use_is_fine) {
  BOOST_TEST(found(0600) == "");
  BOOST_TEST(found(0400) == "");
}

BOOST_AUTO_TEST_CASE(a_file_that_others_can_use_is_a_danger) {
  for (const auto& [mode, text] :
       {std::pair(0640, "0640"), std::pair(0620, "0620"), std::pair(0604, "0604"), std::pair(0602, "0602")}) {
    BOOST_TEST(found(static_cast<mode_t>(mode)) ==
               "others than its owner can use this file (mode " + std::string(text) +
                   "), and who has its secret can log in as anybody [chmod 0600 " + file() + "]\n");
  }
}

// Only root can give a file to others.
BOOST_AUTO_TEST_CASE(a_file_of_another_user_is_a_danger_whatever_its_mode_is) {
  if (::geteuid() != 0) return;
  const std::string owned =
      "this file belongs to another user (33), and who has its secret can log in as anybody [chown root " +
      file() + "]\n";
  BOOST_TEST(found(0600, 33) == owned);
  BOOST_TEST(found(0640, 33).starts_with(owned + "others than its owner"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
