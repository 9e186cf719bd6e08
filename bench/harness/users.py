"""Measures the latency of valid users, alone or beside another load."""
import json
import os
import subprocess
import sys
import time

from harness import wrk
from harness.sandbox import BenchError

CLIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "latency_client.py")
RATE = 500  # requests per second
WARM_UP = 1  # seconds of the other load before and after


def latency(bench, contender, cookies):
    """Runs latency_client with the cookies of a file. Every request must pass. Returns its result."""
    done = subprocess.run([sys.executable, CLIENT, str(bench.front.port), contender.name, str(RATE),
                           str(bench.options.seconds), cookies], capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"{contender.name}: {done.stderr}")
    result = json.loads(done.stdout)
    if result["refused"]:
        raise BenchError(f"{contender.name}: {result['refused']} of {result['count']} valid users were refused")
    return result


def latency_beside(bench, contender, cookies, command, read=wrk.parse):
    """Measures latency() while `command`, another load, runs. Returns (latency, output of `command` parsed by `read`)."""
    load = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        time.sleep(WARM_UP)
        result = latency(bench, contender, cookies)
        out, err = load.communicate(timeout=bench.options.seconds + 60)
    finally:
        if load.poll() is None:
            load.kill()
            load.wait()
    if load.returncode != 0:
        raise BenchError(f"{command[0]}: {err or out}")
    return result, read(out)


def beside_seconds(options):
    """The seconds for which the other load must run."""
    return options.seconds + 2 * WARM_UP
