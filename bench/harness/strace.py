"""Counts the system calls of a daemon with strace."""
import re
import time

SECONDS_TO_WRITE = 60


def command(file):
    """What runs a daemon under strace, which writes its summary to the file. strace is no parent of the daemon here (-D), so that
    signals reach the daemon."""
    return ("strace", "-D", "-f", "-qq", "-c", "-U", "calls,name", "-o", file)


def total(file):
    """The system calls of a daemon that has ended, or None. strace needs a moment for its summary."""
    end = time.monotonic() + SECONDS_TO_WRITE
    while time.monotonic() < end:
        with open(file) as summary:
            found = re.search(r"^ *(\d+) total$", summary.read(), re.M)
        if found:
            return int(found[1])
        time.sleep(0.02)
    return None
