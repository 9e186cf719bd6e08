#include "gateway/app/check_command.h"

#include <sys/stat.h>
#include <unistd.h>

#include <iostream>
#include <sstream>

#include "gateway/app/file_access.h"
#include "tests/support/loading.h"
#include "tests/support/printed.h"

using namespace session;
using namespace session::gateway;
using session::test::Printed;

// Whether the user of the service can use the files that a configuration names. Only root can look with the
// eyes of another user; other users look with their own.

namespace {

constexpr const char* kOther = "65533";  // a user who has no name, no groups and no files

bool is_root() { return ::geteuid() == 0; }

struct Said {
  int status = -1;
  std::string out, err;
};

// A configuration that names a key, and a salt in a folder of its own; root owns all of it.
struct Checked {
  Checked() {
    set_mode("", 0755);
    BOOST_REQUIRE(::mkdir((files.path / "inner").c_str(), 0755) == 0);
    files.write("k1.key", "a key of this test that is long enough", 0644);
    files.write("inner/salt.key", "a salt", 0644);
    write("salt: { file: inner/salt.key }\nkeys: [ { id: k1, file: k1.key } ]\n");
  }
  void write(const std::string& yaml) const { files.write("gateway.yaml", yaml, 0644); }
  void set_mode(const std::string& name, mode_t mode) const {
    BOOST_REQUIRE(::chmod((files.path / name).c_str(), mode) == 0);
  }
  [[nodiscard]] Said check(const std::optional<std::string>& user) const {
    const Printed out(std::cout);
    const Printed err(std::cerr);
    CheckRequest request{file()};
    request.user = user;
    const int status = check_config(request);
    return {status, out.text(), err.text()};
  }
  [[nodiscard]] std::string file() const { return (files.path / "gateway.yaml").string(); }
  [[nodiscard]] std::string path(const std::string& name) const { return (files.path / name).string(); }

  Directory files;
};

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string self() { return std::to_string(::geteuid()); }

}  // namespace

BOOST_AUTO_TEST_SUITE(check_command)

BOOST_AUTO_TEST_CASE(files_that_the_user_can_read_are_fine_and_the_user_is_named) {
  const Checked site;
  const std::string user = is_root() ? kOther : self();
  const Said said = site.check(user);
  BOOST_TEST(said.status == 0, said.err);
  BOOST_TEST(says(said.out, site.file() + ": fine for the user "));
  if (is_root()) BOOST_TEST(said.out == site.file() + ": fine for the user " + kOther + "\n");
}

BOOST_AUTO_TEST_CASE(a_file_that_root_can_read_and_the_user_can_not_is_a_problem_with_its_line) {
  if (!is_root()) return;
  const Checked site;
  site.set_mode("k1.key", 0600);
  BOOST_TEST(site.check(std::nullopt).status == 0);
  const Said said = site.check(kOther);
  BOOST_TEST(said.status == 1);
  BOOST_TEST(
      says(said.err, site.file() + ":2: keys[0].file: the user " + kOther +
                         " can't read this file (Permission denied, 0600 root:root): let it read the file by "
                         "its group (chgrp, chmod g=r), or give it the file\n"),
      said.err);
  BOOST_TEST(!says(said.out, "fine"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_the_user_may_not_enter_is_named) {
  if (!is_root()) return;
  const Checked site;
  site.set_mode("inner", 0700);
  const Said said = site.check(kOther);
  BOOST_TEST(said.status == 1);
  BOOST_TEST(says(said.err, site.file() + ":1: salt.file: the user " + kOther +
                                " can't read this file (it can't enter the folder " + site.path("inner") +
                                ", 0700 root:root): "),
             said.err);
}

BOOST_AUTO_TEST_CASE(the_configuration_itself_is_one_of_the_files) {
  if (!is_root()) return;
  const Checked site;
  site.set_mode("gateway.yaml", 0600);
  const Said said = site.check(kOther);
  BOOST_TEST(said.status == 1);
  BOOST_TEST(
      says(said.err, site.file() + ": the user " + kOther + " can't read this file (Permission denied, 0600"),
      said.err);
}

BOOST_AUTO_TEST_CASE(an_audit_file_is_appended_to_and_not_read) {
  if (!is_root()) return;
  const Checked site;
  site.write("log: { audit: " + site.path("audit.log") + " }\n");
  const Said said = site.check(kOther);
  BOOST_TEST(said.status == 1);
  BOOST_TEST(
      says(said.err, ":1: log.audit: the user " + std::string(kOther) + " can't append to this file ("),
      said.err);
  site.set_mode("", 0777);
  BOOST_TEST(site.check(kOther).status == 0);
}

BOOST_AUTO_TEST_CASE(a_file_of_sessions_is_written_and_its_folder_too) {
  if (!is_root()) return;
  const Checked site;
  const auto name_file = [&](const std::string& path) {
    site.write("salt: { value: salt }\nkeys: [ { id: k1, file: k1.key } ]\nstore: { memory: { file: '" +
               path + "' } }\n");
  };
  name_file(site.path("sessions.db"));
  const std::string denied =
      ":3: store.memory.file: the user " + std::string(kOther) + " can't write this file (Permission denied";
  BOOST_TEST(says(site.check(kOther).err, denied), site.check(kOther).err);
  site.files.write("sessions.db", "", 0666);
  BOOST_TEST(says(site.check(kOther).err, denied), "its folder is closed, and SQLite makes files there");
  site.set_mode("", 0777);
  BOOST_TEST(site.check(kOther).status == 0);
  site.set_mode("sessions.db", 0600);
  const Said said = site.check(kOther);
  BOOST_TEST(says(said.err, denied + ", 0600 root:root): let it write the file and its folder\n"), said.err);
  BOOST_TEST(says(site.check(kServiceUser).err, "name a place below /var/lib/session-gateway"));
  // systemd makes this folder when the service starts.
  name_file("/var/lib/session-gateway/sessions.db");
  BOOST_TEST(site.check(kServiceUser).status == 0);
}

// systemd reads them as root, and hands copies to the service.
BOOST_AUTO_TEST_CASE(the_service_needs_no_permission_for_what_systemd_hands_over) {
  if (!is_root()) return;
  const Checked site;
  BOOST_REQUIRE(::mkdir((site.files.path / "credentials").c_str(), 0700) == 0);
  site.files.write("credentials/k1.key", "a key of this test that is long enough", 0600);
  site.write("salt: { value: salt }\nkeys: [ { id: k1, file: credentials/k1.key } ]\n");
  BOOST_TEST(site.check(kServiceUser).status == 0);
  BOOST_TEST(site.check(kOther).status == 1);
  // Only the folder beside the configuration is handed over.
  BOOST_REQUIRE(::mkdir((site.files.path / "other").c_str(), 0755) == 0);
  BOOST_REQUIRE(::mkdir((site.files.path / "other/credentials").c_str(), 0700) == 0);
  site.files.write("other/credentials/k1.key", "a key of this test that is long enough", 0600);
  site.write("salt: { value: salt }\nkeys: [ { id: k1, file: other/credentials/k1.key } ]\n");
  BOOST_TEST(site.check(kServiceUser).status == 1);
  site.write("salt: { value: salt }\nkeys: [ { id: k1, file: '" + site.path("credentials/k1.key") +
             "' } ]\n");
  const Said absolute = site.check(kServiceUser);
  BOOST_TEST(absolute.status == 1);
  BOOST_TEST(says(absolute.err,
                  "move the file into the folder credentials beside the configuration, and name it "
                  "credentials/k1.key: systemd hands the files there to the service"),
             absolute.err);
}

BOOST_AUTO_TEST_CASE(the_services_user_need_not_exist_while_the_service_does_not_run) {
  const auto user = find_user(kServiceUser);
  BOOST_REQUIRE(user.has_value());
  BOOST_TEST(user->name == kServiceUser);
  BOOST_TEST(user->is_service);
  BOOST_TEST(user->uid != 0U);
  if (!is_root()) return;
  const Checked site;
  const Said said = site.check(kServiceUser);
  BOOST_TEST(said.status == 0, said.err);
  BOOST_TEST(says(said.out, ": fine for the user session-gateway\n"));
  if (user->is_stand_in) BOOST_TEST(says(said.err, "the user nobody stands in"), said.err);
}

BOOST_AUTO_TEST_CASE(an_unknown_user_and_one_that_cannot_be_asked_for_are_errors_of_the_command_line) {
  const Checked site;
  const Said unknown = site.check("no-such-user");
  BOOST_TEST(unknown.status == 2);
  BOOST_TEST(unknown.err == "--user: this machine has no user no-such-user\n");
  if (is_root()) return;
  const Said foreign = site.check("0");
  BOOST_TEST(foreign.status == 2);
  BOOST_TEST(says(foreign.err, "can't check the files for the user root: Operation not permitted"),
             foreign.err);
}

BOOST_AUTO_TEST_CASE(only_the_services_own_configuration_is_checked_for_its_user_unasked) {
  BOOST_TEST(!default_user("/etc/session-gateway/other.yaml").has_value());
  const auto user = default_user("/etc/session-gateway/gateway.yaml");
  if (!is_root()) BOOST_TEST(!user.has_value());
  if (user) BOOST_TEST(user->name == kServiceUser);
}

BOOST_AUTO_TEST_SUITE_END()
