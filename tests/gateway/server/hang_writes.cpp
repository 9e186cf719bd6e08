// hang-writes COMMAND...: becomes the command, whose writes to standard error never return, as on a disk that
// hangs. The kernel asks a supervisor about each (seccomp_unotify(2)), and nobody ever looks there. No right
// is needed for that.

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdio>

int main(int count, char** words) {
  // The lower half of the first argument: descriptors are ints, and the machine is little-endian.
  std::array<sock_filter, 6> filter = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_write, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, STDERR_FILENO, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (count < 2 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 125;
  // The supervisor's descriptor stays open in the command: without one, writes would fail instead.
  const long supervisor =
      ::syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
  if (supervisor < 0) {
    std::perror("hang-writes: seccomp");
    return 125;
  }
  const int kept = ::dup(static_cast<int>(supervisor));  // the first is closed by exec
  if (kept < 0) return 125;
  ::execvp(words[1], words + 1);
  return 127;
}
