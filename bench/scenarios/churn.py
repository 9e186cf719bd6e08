"""What the memory store takes after 5 million creates of drifting sizes at its cap, and when they have expired."""
import re
import subprocess

from harness.sandbox import BenchError

CAP_MIB = 256


def run(options):
    creates = 200000 if options.quick else 5000000
    done = subprocess.run([f"{options.build}/bench/memory-footprint", "churn", str(creates), str(16 if options.quick else CAP_MIB)],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"memory-footprint: {done.stderr}")
    return read(done.stdout)


def read(out):
    """Reads the output of memory-footprint. Returns {"creates", "cap_mib", "counted_mib", "resident_mib", "expired_mib", "idle_mib"}."""
    found = re.search(r"^(\d+) creates of drifting sizes, cap (\d+) MiB: ([\d.]+) counted, ([\d.]+) resident; "
                      r"([\d.]+) when all have expired, ([\d.]+) when each heap", out, re.M)
    if not found:
        raise BenchError(f"memory-footprint says nothing of a churn:\n{out}")
    return {"creates": int(found[1]), "cap_mib": int(found[2]),
            **{name: float(value) for name, value in zip(("counted_mib", "resident_mib", "expired_mib", "idle_mib"), found.groups()[2:])}}
