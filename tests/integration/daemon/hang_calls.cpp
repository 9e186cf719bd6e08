// hang-calls writes|files COMMAND...: becomes the command. Its writes to standard error, or what it does to
// make a file, never return, as on a disk that hangs. The kernel asks a supervisor about each
// (seccomp_unotify(2)), and nobody ever looks there. No right is needed for that.

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <string_view>

namespace {

using Filter = std::array<sock_filter, 6>;

// The lower half of an argument of a call: these are ints, and the machine is little-endian.
constexpr unsigned argument(unsigned number) {
  return static_cast<unsigned>(offsetof(seccomp_data, args) + number * sizeof(__u64));
}

// The call of that number hangs if `test` holds for its argument.
Filter hanging(unsigned call, unsigned tested, unsigned short test, unsigned value) {
  return {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument(tested)),
      BPF_JUMP(static_cast<unsigned short>(BPF_JMP | test | BPF_K), value, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
}

}  // namespace

int main(int count, char** words) {
  if (count < 3 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 125;
  Filter filter = std::string_view(words[1]) == "writes" ? hanging(__NR_write, 0, BPF_JEQ, STDERR_FILENO)
                                                         : hanging(__NR_openat, 2, BPF_JSET, O_CREAT);
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  const long supervisor =
      ::syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
  // A descriptor of the supervisor stays open in the command, as exec closes this one: without any, calls
  // would fail instead.
  if (supervisor < 0 || ::dup(static_cast<int>(supervisor)) < 0) {
    std::perror("hang-calls: seccomp");
    return 125;
  }
  ::execvp(words[2], words + 2);
  return 127;
}
