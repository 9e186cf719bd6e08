"""Valid users' latency while forged cookies arrive, 50,000 a second or as many as the machine can send."""
import json

from contenders import Contender
from contenders.gateway import Gateway
from contenders.null_responder import NullResponder
from harness import load_client
from harness.bench import Bench, rounds
from harness.sandbox import BenchError, cpu_seconds
from harness.users import beside_seconds, latency, latency_beside

FORGED_PER_SECOND = 50000
# A connection sends its next request after the response to the last one. At this rate and some 0.16 ms per response, 8
# requests are in flight; twice as many connections leave room. After a stall of the one nginx worker the queue is as long as
# the number of connections.
CONNECTIONS = (16, 32)
# A real attacker uses another machine. So the flood has the lowest priority, and gets the CPU time that the servers leave.
NICENESS = 19


def flooded(bench, contender, cookies, forged, connections):
    """Measures users beside a flood: latency, responses to forged cookies per second, given-up requests, CPU in µs per request."""
    command = ["nice", "-n", str(NICENESS), *load_client.command(bench, contender.name, connections, FORGED_PER_SECOND,
                                                                 beside_seconds(bench.options), "forged", forged)]
    watched = bench.watched(contender)
    before = {who: cpu_seconds(pids) for who, pids in watched.items()}
    result, load = latency_beside(bench, contender, cookies, command, read=json.loads)
    if load["errors"] or load["other"] or load["count"] == 0:
        raise BenchError(f"{contender.name}: of {load['count']} answers to forged cookies {load['other']} are neither 401 nor 2xx; "
                         f"{load['errors']} connections were closed instead")
    if contender.backend.checks and load["refused"] != load["count"]:
        raise BenchError(f"{contender.name}: {load['count'] - load['refused']} forged cookies passed")
    for who, pids in watched.items():
        result[f"cpu_{who}"] = round((cpu_seconds(pids) - before[who]) / (load["count"] + result["count"]) * 1e6, 2)
    return {**result, "forged_rate": load["rate"], "given_up": load["given_up"]}


def run(options):
    contenders = [Contender("nothing", NullResponder(), True), Contender("memory", Gateway("memory"), True),
                  Contender("redis", Gateway("redis"), True)]
    with Bench(options, contenders) as bench:
        cases = {}
        for contender in contenders:
            cookie = bench.cookie(contender)
            file = bench.sandbox.write(f"{contender.name}.one", cookie + "\n")
            cases[contender.name, "quiet"] = lambda s=contender, f=file: latency(bench, s, f)
            for n in CONNECTIONS:
                cases[contender.name, f"flooded over {n}"] = lambda s=contender, f=file, c=cookie, n=n: flooded(bench, s, f, c, n)
        results = rounds(options, cases)
    return {"forged_per_second": FORGED_PER_SECOND, "connections": CONNECTIONS, "contenders": [
        {"name": f"{name} {when}", "contender": name, "when": when, "rounds": value}
        for (name, when), value in results.items()]}
