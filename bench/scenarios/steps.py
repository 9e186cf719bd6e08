"""The CPU time of each step of a check without sockets, from the micro-benchmarks (auth-path)."""
import json
import statistics
import subprocess

from harness.sandbox import BenchError

UNITS = {"ns": 1, "us": 1e3, "ms": 1e6}


def run(options):
    seconds = 0.1 if options.quick else 0.5
    done = subprocess.run([f"{options.build}/bench/auth-path", "--benchmark_format=json", f"--benchmark_min_time={seconds}",
                           f"--benchmark_repetitions={options.rounds}"], capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"auth-path: {done.stderr}")
    return {"steps": medians(json.loads(done.stdout))}


def medians(found):
    """Reads Google Benchmark's JSON. Returns [{"name", "cpu_ns"}], the median of the repetitions of each step."""
    times = {}
    for one in found["benchmarks"]:
        if one["run_type"] == "iteration":
            times.setdefault(one["run_name"], []).append(one["cpu_time"] * UNITS[one["time_unit"]])
    return [{"name": name, "cpu_ns": round(statistics.median(values))} for name, values in times.items()]
