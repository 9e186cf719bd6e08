"""A sandbox for servers: a temporary directory, processes that end with it, and measurements of their CPU time and memory."""
import contextlib
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")

# nginx and php-fpm are in /usr/sbin, which is not in every user's PATH.
os.environ["PATH"] += ":/usr/sbin:/sbin"


class BenchError(Exception):
    """The run can't go on. The text says why."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listens(address):
    """True if a server accepts connections on a port of loopback, or on a Unix socket."""
    family, where = (socket.AF_UNIX, address) if isinstance(address, str) else (socket.AF_INET, ("127.0.0.1", address))
    with socket.socket(family) as s:
        s.settimeout(1)
        return s.connect_ex(where) == 0


def raise_file_limit():
    """Raises the limit on open files, for a thousand connections through nginx or ten thousand to a gateway. Children inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    return max(soft, wanted)


class Sandbox:
    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.dir = tempfile.mkdtemp(prefix="session-bench-")
        os.chmod(self.dir, 0o755)  # for workers that are not root
        self.processes = []

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)
        return self.path(name)

    def start(self, name, *command, env=None):
        """Starts a process. Its output goes to the file NAME.log."""
        with open(self.path(f"{name}.log"), "w") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.dir,
                                       env={**os.environ, **(env or {})})
        process.label = name
        self.processes.append(process)
        return process

    def log_of(self, name):
        with open(self.path(f"{name}.log"), errors="replace") as f:
            return "".join(f.readlines()[-15:])

    def wait_until_listening(self, process, address, seconds=20):
        end = time.monotonic() + seconds
        while not listens(address):
            if process.poll() is not None or time.monotonic() > end:
                raise BenchError(f"{process.label} does not listen on {address}:\n{self.log_of(process.label)}")
            time.sleep(0.02)
        if isinstance(address, str):
            os.chmod(address, 0o666)  # nginx's workers may run as another user

    def end(self, process):
        """Ends a process and all its descendants."""
        family = {pid: started(pid) for pid in descendants(process.pid)}
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pid, when in family.items():
            if when and started(pid) == when:  # The process still exists, and its pid was not reused.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.processes.remove(process)

    def close(self):
        for process in reversed(list(self.processes)):
            self.end(process)
        shutil.rmtree(self.dir, ignore_errors=True)


def descendants(pid):
    """The pids of all descendants of a process."""
    found = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as f:
                for child in f.read().split():
                    found += [int(child)] + descendants(int(child))
    except (FileNotFoundError, ProcessLookupError):
        pass  # The process has ended meanwhile.
    return found


def started(pid):
    """The start time of a process in ticks since boot; None if the process does not exist."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return int(f.read().rsplit(")", 1)[1].split()[19])
    except (FileNotFoundError, ProcessLookupError):
        return None


def cpu_seconds(pids):
    """User and system time of the processes and all their descendants, ended children included."""
    total = 0
    for pid in {p for root in pids for p in [root] + descendants(root)}:
        try:
            with open(f"/proc/{pid}/stat") as f:
                fields = f.read().rsplit(")", 1)[1].split()
            total += sum(int(ticks) for ticks in fields[11:15])
        except FileNotFoundError:
            pass
    return total / TICKS


def memory_mib(pids):
    """Proportional set size of the processes and all their descendants. Shared pages count once."""
    total = 0
    for pid in {p for root in pids for p in [root] + descendants(root)}:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            total += int(re.search(r"^Pss:\s+(\d+)", f.read(), re.M).group(1))
    return total / 1024
