"""Two gateways with near caches: the time from an acknowledged destroy at one to the 401 at the other, under load."""
import contextlib
import subprocess
import time

from contenders import Contender
from contenders.gateway import Gateway
from harness import load_client, metrics
from harness.bench import Bench, rounds
from harness.checks import Client
from harness.delay_proxy import MICROSECONDS
from harness.latency_client import percentile
from harness.populate import create
from harness.sandbox import BenchError
from harness.sessions import ATTRIBUTES
from scenarios.remote import RemoteGateway

CONNECTIONS = 16
CHECKS_PER_SECOND = 2000  # of other sessions, at the gateway where the destroyed sessions are checked
SESSIONS = 500
LIMIT = 5  # seconds after which a session that still passes is an error


@contextlib.contextmanager
def checks(bench, contender, cookies):
    """Has others checked meanwhile."""
    load = subprocess.Popen(load_client.command(bench, contender.name, CONNECTIONS, CHECKS_PER_SECOND, bench.options.seconds + 60, "users",
                                                cookies), stdout=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        yield
        if load.poll() is not None:
            raise BenchError(f"{contender.name}: the load beside the destroys has ended")
    finally:
        load.kill()
        load.wait()


def destroy_once(here, there):
    """Returns (ms from the answer to a destroy until the other gateway has answered 401, whether a check passed in between)."""
    cookie = here.log_in(ATTRIBUTES)
    if not (there.check(cookie) and there.check(cookie)):  # The second one is answered from the copy.
        raise BenchError("a session that has just begun does not pass")
    here.destroy(cookie)
    acknowledged, passed = time.perf_counter(), False
    while there.check(cookie):
        passed = True
        if time.perf_counter() - acknowledged > LIMIT:
            raise BenchError(f"a session passes {LIMIT} s after it was destroyed")
    return (time.perf_counter() - acknowledged) * 1000, passed


def destroy_many(bench, gateways, contender, cookies):
    """Destroys one session after the other for the seconds of a round."""
    here, there = (Client(gateway.socket) for gateway in gateways)
    found, end = [], time.monotonic() + bench.options.seconds
    hits, _ = metrics.lookups(gateways[1].http_socket)
    with here, there, checks(bench, contender, cookies):
        began = time.perf_counter()
        while time.monotonic() < end or not found:
            found.append(destroy_once(here, there))
        took = time.perf_counter() - began
    if metrics.lookups(gateways[1].http_socket)[0] == hits:
        raise BenchError(f"no check found a copy:\n{bench.sandbox.log_of(gateways[1].name)}")
    ordered = sorted(ms for ms, _ in found)
    return {"rate": len(found) / took, "count": len(found), "passed_after": sum(passed for _, passed in found),
            **{f"p{p}_ms": round(percentile(ordered, p), 3) for p in (50, 99)}, "max_ms": round(ordered[-1], 3)}


def run(options):
    pairs = {"direct": [Gateway("redis", name, near_cache=True) for name in ("here", "there")],
             "remote": [RemoteGateway("redis", f"far-{name}", near_cache=True) for name in ("here", "there")]}
    contenders = {gateway.name: Contender(gateway.name, gateway, True) for pair in pairs.values() for gateway in pair}
    with Bench(options, list(contenders.values())) as bench:
        cookies, _ = create(bench, pairs["direct"][0], SESSIONS, ATTRIBUTES)
        results = rounds(options, {name: lambda pair=pair: destroy_many(bench, pair, contenders[pair[1].name], cookies)
                                   for name, pair in pairs.items()})
    return {"checks_per_second": CHECKS_PER_SECOND, "away_ms": 2 * MICROSECONDS / 1000,
            "contenders": [{"name": name, "rounds": value} for name, value in results.items()]}
