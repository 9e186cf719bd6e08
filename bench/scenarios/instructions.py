"""User-space instructions and system calls of a check, and nginx's instructions, which other load does not change."""
import json
import os
import subprocess

from harness.sandbox import BenchError

MICRO = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "micro")
STORES = ("memory", "durable", "redis", "near")
CONNECTIONS = (1, 32)
LARGE = 3000  # bytes of a session that shows what a reply costs
IN_FLIGHT = (1, 256)  # connections with a check each at the same time


def counted(options, script, *arguments):
    done = subprocess.run([os.path.join(MICRO, script), f"{options.build}/session-gateway", "--json", *map(str, arguments)],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(done.stderr)
    return json.loads(done.stdout)


def live(options, *arguments, stores=STORES, connections=CONNECTIONS):
    """{store: {connections: count}}, as JSON has it."""
    return counted(options, "live_check", "--stores", ",".join(stores), "--connections", ",".join(map(str, connections)),
                   "--checks", 640 if options.quick else 1600, *arguments)


def run(options):
    options.say("  callgrind and strace make this slow: some minutes")
    return {"connections": list(CONNECTIONS), "instructions": live(options), "syscalls": live(options, "--count", "syscalls"),
            "large_bytes": LARGE, "large": live(options, "--bytes", LARGE, stores=("redis",), connections=IN_FLIGHT)["redis"],
            "nginx": {place: total for place, (total, _) in
                      counted(options, "nginx_check", "--only", "plain,protect", *(("--batches", 10) if options.quick else ())).items()}}
