"""A root that is booted: systemd is its first process, in namespaces of its own, with a loopback interface and no other network.
Nothing of it is left on this machine when it ends."""
import contextlib
import pathlib
import signal
import subprocess
import time

from clean_root import DEBIAN, expect, fail, skip

BOOT_TAKES_AT_MOST = 60  # seconds

# Runs in the new namespaces, with the root's folder as its argument. Mounts are shared among themselves, which systemd needs to
# hand credentials to services.
BOOT = r"""
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs tmpfs dev
for device in null zero full random urandom tty; do
  touch dev/$device
  mount --bind /dev/$device dev/$device
done
mkdir dev/pts dev/shm dev/mqueue dev/hugepages
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
mkdir -p old
pivot_root . old
umount -l /old
rmdir /old
mount --make-rshared /
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --unit=multi-user.target
"""


def cgroup_of_this_process():
    """The folder of the unified hierarchy that this process is in; None where there is none."""
    mounts = [line.split() for line in pathlib.Path("/proc/self/mounts").read_text().splitlines()]
    unified = [words[1] for words in mounts if words[2] == "cgroup2"]
    own = [line[3:] for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::")]
    return pathlib.Path(unified[0] + own[0]) if unified and own else None


def child_of(pid):
    """The first child of that process, once it is there."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if children := pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                return int(children[0])
        time.sleep(0.05)
    return None


def remove_cgroups(top):
    """Once their processes have ended, which takes the kernel a moment."""
    deadline = time.monotonic() + 10
    while top.exists() and time.monotonic() < deadline:
        for folder in sorted((p for p in top.rglob("*") if p.is_dir()), reverse=True):
            with contextlib.suppress(OSError):
                folder.rmdir()
        with contextlib.suppress(OSError):
            top.rmdir()
        time.sleep(0.05)
    expect(not top.exists(), f"{top} has processes that don't end")


class Booted:
    """Commands run inside; files are reached by `path` from outside."""

    def __init__(self, first, log):
        self.first = first
        self.log = log
        self.path = pathlib.Path(f"/proc/{first}/root")

    def run(self, *command, check=True):
        """(exit status, what it said)"""
        done = subprocess.run(["nsenter", "-t", str(self.first), "-m", "-u", "-i", "-n", "-p", "-C", *command], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=DEBIAN, timeout=120)
        if check:
            expect(done.returncode == 0, f"{' '.join(command)}: status {done.returncode}\n{done.stdout}\n{self.journal()}")
        return done.returncode, done.stdout

    def show(self, unit, what):
        return self.run("systemctl", "show", "--value", "--property", what, unit)[1].strip()

    def await_show(self, unit, what, wanted, seconds=30):
        """Until the unit's property has that value."""
        deadline = time.monotonic() + seconds
        while (found := self.show(unit, what)) != wanted:
            expect(time.monotonic() < deadline, f"{unit}: {what} is {found!r}, not {wanted!r}\n{self.journal()}")
            time.sleep(0.1)

    def journal(self, *arguments):
        return self.run("journalctl", "--no-pager", "-o", "cat", *(arguments or ("-n", "30")), check=False)[1]

    def state(self):
        """What systemd says of itself; empty while it does not answer."""
        said = self.run("systemctl", "is-system-running", check=False)[1].strip()
        return said if said in ("initializing", "starting", "running", "degraded", "maintenance") else ""

    def await_boot(self):
        """Without an answer this machine is not made for it. A boot that does not come to its end has failed."""
        deadline = time.monotonic() + BOOT_TAKES_AT_MOST
        answered = False
        while (state := self.state()) not in ("running", "degraded"):
            answered = answered or state != ""
            ended = not pathlib.Path(f"/proc/{self.first}").exists()
            if ended or time.monotonic() > deadline:
                if not answered:
                    skip(f"systemd does not start in namespaces of this machine: {self.log.read_text()}")
                fail(f"the boot does not end well: {state or 'systemd is gone'}\n{self.journal()}")
            time.sleep(0.2)


@contextlib.contextmanager
def booted(root):
    """Boots a CleanRoot that has systemd."""
    parent = cgroup_of_this_process()
    if parent is None:
        skip("this machine has no unified hierarchy of control groups")
    cgroup = parent / f"session-gateway-{root.path.parent.name}"
    log = root.path.parent / "boot.log"
    try:
        cgroup.mkdir()
    except OSError as error:
        skip(f"no control group can be made: {error}")
    # Into the group first: the new namespace begins where its process is.
    start = 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"'
    unshare = ["unshare", "--pid", "--mount", "--uts", "--ipc", "--cgroup", "--net", "--fork", "--kill-child"]
    with open(log, "w") as out:
        outer = subprocess.Popen(["sh", "-c", start, "sh", str(cgroup), *unshare, "sh", "-c", BOOT, "sh", str(root.path)],
                                 stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        first = child_of(outer.pid)
        if first is None:
            skip(f"no namespaces can be made: {log.read_text()}")
        machine = Booted(first, log)
        machine.await_boot()
        yield machine
    finally:
        outer.send_signal(signal.SIGKILL)  # and with it, by --kill-child, all that it has started
        outer.wait()
        remove_cgroups(cgroup)
