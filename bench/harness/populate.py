"""Many sessions, created through nginx as applications create them."""
import json
import subprocess
import time

from harness import wrk
from harness.desk import BenchError


def body_file(desk, attributes):
    return desk.write("create.json", json.dumps({"set": attributes}, separators=(",", ":")))


def create_command(bench, backend, attributes, out, count="all", rate="max", seconds=900):
    """The command of a wrk that creates sessions at a gateway and writes their cookies to the file `out`."""
    return wrk.command(bench.front.url(f"login-{backend.name}"), 16, seconds, script="create.lua",
                       arguments=(wrk.SCRIPTS, count, rate, out, body_file(bench.desk, attributes)))


def create(bench, backend, count, attributes):
    """(file with at least `count` cookies, the seconds it took)."""
    out = bench.desk.path(f"{backend.name}.cookies")
    began = time.monotonic()
    done = subprocess.run(create_command(bench, backend, attributes, out, count), capture_output=True, text=True)
    took = time.monotonic() - began
    with open(out) as f:
        made = sum(1 for _ in f)
    if done.returncode != 0 or made < count:
        raise BenchError(f"{backend.name}: {made} of {count} sessions created:\n{done.stdout}{done.stderr}")
    return out, took


def last_lines(path, count, out):
    with open(path) as f:
        lines = f.readlines()
    with open(out, "w") as f:
        f.writelines(lines[-count:])
    return out
