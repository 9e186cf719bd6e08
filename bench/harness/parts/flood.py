"""Valid users' latency while forged cookies arrive, 50,000 a second or as many as the machine can send."""
import json

from harness import asker
from harness.bench import Bench, rounds
from harness.desk import BenchError, cpu_seconds
from harness.stacks import Stack
from harness.stacks.gateway import Gateway
from harness.stacks.nothing import Nothing
from harness.users import beside_seconds, latency, latency_beside

FORGED_PER_SECOND = 50000
# So many a second over connections that wait for each answer: at some 0.16 ms each, 8 are in flight. Twice as many leave
# room; with more, a stall of the one nginx worker is followed by a queue as long as there are connections.
CONNECTIONS = (16, 32)
# Whoever sends forged cookies has a machine of their own, except here: it gets the CPU time that the others leave.
NICENESS = 19


def flooded(bench, stack, cookies, forged, connections):
    """Latency, how many forged cookies a second were answered, how many were given up, and CPU in µs for each request."""
    command = ["nice", "-n", str(NICENESS), *asker.command(bench, stack.name, connections, FORGED_PER_SECOND,
                                                           beside_seconds(bench.options), "forged", forged)]
    watched = bench.watched(stack)
    before = {who: cpu_seconds(pids) for who, pids in watched.items()}
    result, load = latency_beside(bench, stack, cookies, command, read=json.loads)
    if load["errors"] or load["other"] or load["count"] == 0:
        raise BenchError(f"{stack.name}: of {load['count']} answers to forged cookies {load['other']} are neither 401 nor 2xx; "
                         f"{load['errors']} connections were closed instead")
    if stack.backend.checks and load["refused"] != load["count"]:
        raise BenchError(f"{stack.name}: {load['count'] - load['refused']} forged cookies passed")
    for who, pids in watched.items():
        result[f"cpu_{who}"] = round((cpu_seconds(pids) - before[who]) / (load["count"] + result["count"]) * 1e6, 2)
    return {**result, "forged_rate": load["rate"], "given_up": load["given_up"]}


def run(options):
    stacks = [Stack("nothing", Nothing(), True), Stack("memory", Gateway("memory"), True),
              Stack("redis", Gateway("redis"), True)]
    with Bench(options, stacks) as bench:
        cases = {}
        for stack in stacks:
            cookie = bench.cookie(stack)
            file = bench.desk.write(f"{stack.name}.one", cookie + "\n")
            cases[stack.name, "quiet"] = lambda s=stack, f=file: latency(bench, s, f)
            for n in CONNECTIONS:
                cases[stack.name, f"flooded over {n}"] = lambda s=stack, f=file, c=cookie, n=n: flooded(bench, s, f, c, n)
        results = rounds(options, cases)
    return {"forged_per_second": FORGED_PER_SECOND, "connections": CONNECTIONS, "stacks": [
        {"name": f"{name} {when}", "stack": name, "when": when, "rounds": value}
        for (name, when), value in results.items()]}
