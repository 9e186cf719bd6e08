#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/places.h"

// The socket on which nginx reaches the gateway: whose it is, and what is said if it can't be made.

namespace session::gateway::test {
namespace {

using session::test::Process;

constexpr gid_t kNoGroup = 65534;

// A group that this process may give its files to.
gid_t possible_group() { return ::geteuid() == 0 ? kNoGroup : ::getegid(); }

// Runs a gateway that ends by itself, as a user who is not root; returns what it logged.
std::string said_to_nobody(const TempDir& dir, const std::string& listen) {
  write_file(dir / "gateway.yaml", configuration(listen, "workers: 1\n"));
  BOOST_REQUIRE(::chmod(dir.path().c_str(), 0755) == 0);
  BOOST_REQUIRE(::chmod((dir / "gateway.yaml").c_str(), 0644) == 0);
  std::vector<std::string> command;
  if (::geteuid() == 0) command = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  command.insert(command.end(), {session::test::gateway_binary(), "serve", "--config", dir / "gateway.yaml"});
  BOOST_TEST(Process(command, dir / "log").wait() == 1);
  return read_file(dir / "log");
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string number(uid_t id) { return std::to_string(id); }

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_listen)

BOOST_AUTO_TEST_CASE(the_socket_gets_the_configured_group_and_lets_it_connect) {
  const TempDir dir;
  const std::string socket = dir / "folder/gateway.sock";
  write_file(dir / "gateway.yaml",
             configuration("- { unix: '" + socket + "', group: '" + number(possible_group()) + "' }\n", ""));
  Process gateway({session::test::gateway_binary(), "serve", "--config", dir / "gateway.yaml"}, dir / "log");
  wait_until("the gateway to serve", [&] { return says(read_file(dir / "log"), "serving with"); });
  BOOST_TEST(session::test::accepts_unix(socket));
  struct stat found {};
  BOOST_REQUIRE(::stat(socket.c_str(), &found) == 0);
  BOOST_TEST(found.st_gid == possible_group());
  BOOST_TEST((found.st_mode & 0777) == 0660U);
  BOOST_TEST(says(read_file(dir / "log"), "every program of the group " + number(possible_group()) +
                                              " can log in as anybody, not nginx alone"));
  gateway.signal(SIGTERM);
  BOOST_TEST(gateway.wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_group_that_the_process_may_not_use_is_named_with_the_remedy) {
  const TempDir dir;
  const TempDir open;
  BOOST_REQUIRE(::chmod(open.path().c_str(), 0777) == 0);
  const std::string socket = open / "gateway.sock";
  const std::string said = said_to_nobody(dir, "- { unix: '" + socket + "', group: root }\n");
  BOOST_TEST(
      says(said, "can't serve: unix:" + socket +
                     ": the socket can't be given to the group root (Operation not permitted): start the "
                     "gateway as root or as a member of that group, or leave listen[].group out"));
  BOOST_TEST(!session::test::accepts_unix(socket));
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_missing_is_named_with_the_remedy) {
  const TempDir dir;
  const std::string folder = dir / "not/there";
  write_file(dir / "gateway.yaml", configuration("- unix: '" + folder + "/gateway.sock'\n", ""));
  BOOST_TEST(run_gateway(dir / "gateway.yaml", dir / "log") == 1);
  const std::string owner = ::geteuid() == 0 ? "" : "-o " + number(::geteuid()) + " ";
  BOOST_TEST(says(read_file(dir / "log"),
                  "can't serve: unix:" + folder + "/gateway.sock: the folder " + folder +
                      " is missing, and making it failed (No such file or directory): make it as root with "
                      "`install -d " +
                      owner + folder + "`, or name another path in listen[].unix"));
}

BOOST_AUTO_TEST_CASE(a_folder_of_another_user_is_named_with_the_remedy) {
  const TempDir dir;
  const std::string user = number(::geteuid() == 0 ? kNoGroup : ::geteuid());
  BOOST_TEST(
      says(said_to_nobody(dir, "- unix: /usr/lib/gateway.sock\n"),
           "can't serve: unix:/usr/lib/gateway.sock: this user (" + user +
               ") can't make a socket in the folder /usr/lib (Permission denied): give it the folder as "
               "root with `chown " +
               user + " /usr/lib`, or name another path in listen[].unix"));
  BOOST_TEST(
      says(said_to_nobody(dir, "- unix: /usr/lib/no-such-folder/gateway.sock\n"),
           "the folder /usr/lib/no-such-folder is missing, and making it failed (Permission denied): make "
           "it as root with `install -d -o " +
               user + " /usr/lib/no-such-folder`"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
