"""A private place to run servers in: a directory, processes that end with it, and what they have used."""
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

# nginx and php-fpm are in /usr/sbin, which is not on everybody's path.
os.environ["PATH"] += ":/usr/sbin:/sbin"


class BenchError(Exception):
    """The run cannot go on; the text says why."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listens(address):
    """Whether somebody accepts connections on a port of loopback, or on the path of a socket."""
    family, where = (socket.AF_UNIX, address) if isinstance(address, str) else (socket.AF_INET, ("127.0.0.1", address))
    with socket.socket(family) as s:
        s.settimeout(1)
        return s.connect_ex(where) == 0


def raise_file_limit():
    """Children inherit it: a thousand connections through nginx, ten thousand to a gateway."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    return max(soft, wanted)


class Sandbox:
    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.dir = tempfile.mkdtemp(prefix="session-bench-")
        os.chmod(self.dir, 0o755)  # workers that are not root go in
        self.processes = []

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)
        return self.path(name)

    def start(self, name, *command, env=None):
        """The process; what it says goes to the file NAME.log."""
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
            os.chmod(address, 0o666)  # nginx's workers may be another user

    def end(self, process):
        """Ends one process and all that it has started."""
        family = {pid: started(pid) for pid in descendants(process.pid)}
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pid, when in family.items():
            if when and started(pid) == when:  # still there, and not another that was given the number
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.processes.remove(process)

    def close(self):
        for process in reversed(list(self.processes)):
            self.end(process)
        shutil.rmtree(self.dir, ignore_errors=True)


def descendants(pid):
    """Children, and theirs, of all threads."""
    found = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as f:
                for child in f.read().split():
                    found += [int(child)] + descendants(int(child))
    except (FileNotFoundError, ProcessLookupError):
        pass  # it has ended meanwhile
    return found


def started(pid):
    """When a process was started, in ticks since the machine was; None if there is none."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return int(f.read().rsplit(")", 1)[1].split()[19])
    except (FileNotFoundError, ProcessLookupError):
        return None


def cpu_seconds(pids):
    """User and system time of these processes and all below them, with children that have ended."""
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
    """Proportional set size of these processes and all below them: what they share counts once."""
    total = 0
    for pid in {p for root in pids for p in [root] + descendants(root)}:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            total += int(re.search(r"^Pss:\s+(\d+)", f.read(), re.M).group(1))
    return total / 1024
