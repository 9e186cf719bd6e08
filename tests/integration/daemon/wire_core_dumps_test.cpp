#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/daemon/wire_gateway.h"
#include "tests/support/places.h"

// Whether the memory of a gateway, which holds keys and sessions, can get into a core dump.

namespace session::gateway::test {
namespace {

constexpr uid_t kNobody = 65534;

// A gateway of an ordinary user, who owns what /proc has of a process that can be dumped. Root owns the rest.
struct UsersGateway {
  explicit UsersGateway(const std::string& option) {
    // An ordinary user reads neither root's directories nor a private one.
    std::filesystem::permissions(dir.path(), std::filesystem::perms::all);
    std::filesystem::copy_file(session::test::gateway_binary(), dir / "session-gateway");
    write_file(dir / "gateway.yaml", configuration("  - unix: '" + (dir / "gateway.sock") + "'\n", ""));
    std::string command = "ulimit -S -c $(ulimit -H -c); exec ";
    if (::geteuid() == 0) command += "setpriv --reuid=65534 --regid=65534 --clear-groups ";
    command += "sh -c 'echo $$ > " + (dir / "pid") + "; exec \"$@\"' sh \"$@\"";
    std::vector<std::string> words = {"sh", "-c", command, "sh", dir / "session-gateway", "serve"};
    if (!option.empty()) words.push_back(option);
    words.insert(words.end(), {"--config", dir / "gateway.yaml"});
    process = std::make_unique<session::test::Process>(words, dir / "log");
    wait_until("the gateway to serve", [this] {
      if (process->exit_status())
        throw std::runtime_error("the gateway has ended: " + read_file(dir / "log"));
      return read_file(dir / "log").find("serving with") != std::string::npos;
    });
    proc = "/proc/" + std::to_string(std::stoi(read_file(dir / "pid")));
  }

  [[nodiscard]] uid_t owner() const {
    struct stat status {};
    BOOST_REQUIRE(::stat((proc + "/environ").c_str(), &status) == 0);
    return status.st_uid;
  }
  [[nodiscard]] bool may_dump() const {
    const std::string limits = read_file(proc + "/limits");
    const auto at = limits.find("Max core file size");
    return limits.substr(at + 26, 2) != "0 ";
  }

  TempDir dir;
  std::unique_ptr<session::test::Process> process;
  std::string proc;
};

BOOST_AUTO_TEST_SUITE(wire_core_dumps)

BOOST_AUTO_TEST_CASE(a_gateway_that_is_started_by_hand_leaves_no_core_dump) {
  const UsersGateway gateway("");
  BOOST_TEST(gateway.owner() == 0U);
  BOOST_TEST(!gateway.may_dump());
}

BOOST_AUTO_TEST_CASE(an_operator_can_have_core_dumps) {
  const UsersGateway gateway("--core-dumps");
  BOOST_TEST(gateway.owner() == (::geteuid() == 0 ? kNobody : ::geteuid()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::gateway::test
