"""Creates many sessions through nginx, as applications do."""
import contextlib
import json
import os
import subprocess
import time

from harness import wrk
from harness.sandbox import BenchError


def body_file(sandbox, attributes):
    return sandbox.write("create.json", json.dumps({"set": attributes}, separators=(",", ":")))


def create_command(bench, backend, attributes, out, count="all", rate="max", seconds=900, subjects=0, connections=16):
    """The command line of a wrk that creates sessions at a gateway and writes their cookies to the file `out`. `subjects`: so many
    subjects log in in turn, whose numbers replace @subject@ in the attributes."""
    arguments = (wrk.SCRIPTS, count, rate, out, body_file(bench.sandbox, attributes), out + ".done", subjects)
    return wrk.command(bench.front.url(f"login-{backend.name}"), connections, seconds, script="create.lua", arguments=arguments)


def create(bench, backend, count, attributes, name="all", subjects=0):
    """Creates sessions. Returns (file with at least `count` cookies, seconds that it took)."""
    out = bench.sandbox.path(f"{backend.name}-{name}.cookies")
    with contextlib.suppress(FileNotFoundError):
        os.remove(out + ".done")  # of an earlier round
    began = time.monotonic()
    load = subprocess.Popen(create_command(bench, backend, attributes, out, count, subjects=subjects), stdout=subprocess.DEVNULL)
    try:
        while not os.path.exists(out + ".done") and load.poll() is None:
            time.sleep(0.01)
    finally:
        took = time.monotonic() - began
        load.kill()
        load.wait()
    if not os.path.exists(out + ".done"):
        raise BenchError(f"{backend.name}: {count} sessions are not created after {took:.0f} s")
    return out, took


def last_lines(path, count, out):
    with open(path) as f:
        lines = f.readlines()
    with open(out, "w") as f:
        f.writelines(lines[-count:])
    return out
