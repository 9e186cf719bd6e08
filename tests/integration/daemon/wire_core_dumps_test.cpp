#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <future>
#include <stdexcept>
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

// Has the kernel refuse this thread, and all processes that it starts, to forbid core dumps.
void refuse_to_forbid_core_dumps() {
  constexpr auto kNumber = static_cast<std::uint32_t>(offsetof(seccomp_data, nr));
  constexpr auto argument = [](std::size_t n) {
    return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + n * sizeof(std::uint64_t));
  };
  constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;
  // Little-endian: the lower half of an argument comes first.
  std::array filter = {
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumber),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_prctl, 0, 3),
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument(0)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_DUMPABLE, 6, 0),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_prlimit64, 0, 5),
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument(1)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RLIMIT_CORE, 0, 3),
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument(2)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),  // no new limit: a question
      sock_filter BPF_STMT(BPF_RET | BPF_K, kRefuse),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0)
    throw std::runtime_error("no seccomp filter");
}

BOOST_AUTO_TEST_CASE(a_gateway_that_cannot_forbid_core_dumps_says_so_and_serves) {
  const TempDir dir;
  write_file(dir / "gateway.yaml", configuration("  - unix: '" + (dir / "gateway.sock") + "'\n", ""));
  // A filter is its thread's for ever, and the process ends with the thread that has started it.
  std::async(std::launch::async, [&dir] {
    refuse_to_forbid_core_dumps();
    // AddressSanitizer forbids core dumps of its own accord, and ends the process where that is refused.
    const session::test::Process process(
        {"env", "ASAN_OPTIONS=disable_coredump=0", session::test::gateway_binary(), "serve", "--config",
         dir / "gateway.yaml"},
        dir / "log");
    wait_until("the gateway to serve",
               [&dir] { return read_file(dir / "log").find("serving with") != std::string::npos; });
  }).get();
  BOOST_TEST(read_file(dir / "log")
                 .find("core dumps can't be forbidden, so keys and sessions may get into one: "
                       "setrlimit: Operation not permitted, prctl: Operation not permitted") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::gateway::test
