"""bench/harness/load_client.cpp: a load that costs its machine as little as possible."""
import json
import subprocess

from harness.sandbox import BenchError


def command(bench, path, connections, rate, seconds, kind, what):
    """`rate`: a number a second, or "max". `kind`: "forged" with a valid cookie, or "users" with a file of cookies."""
    return [f"{bench.sandbox.build}/bench/load-client", *map(str, (bench.front.port, path, connections, rate, seconds, kind, what))]


def run_clean(bench, path, connections, seconds, cookies):
    """One load of the users in that file, as many as are answered, in which every answer has to be a success: what wrk.run
    says, but for errors and refusals."""
    done = subprocess.run(command(bench, path, connections, "max", seconds, "users", cookies), capture_output=True, text=True,
                          timeout=seconds + 60)
    if done.returncode != 0:
        raise BenchError(done.stderr or done.stdout)
    result = json.loads(done.stdout)
    if result["count"] == 0 or result["errors"] or result["passed"] != result["count"]:
        raise BenchError(f"{path}: of {result['count']} answers {result['passed']} are successes; {result['errors']} connections "
                         "were closed instead")
    return {key: result[key] for key in ("rate", "count", "p50", "p99", "p99.9")}
