"""Checks while Redis is 0.5 ms away, with and without the near cache, of which 90 % find a copy."""
import contextlib
import json
import subprocess
import time

from contenders import Contender
from contenders.gateway import Gateway
from harness import metrics, wrk
from harness.bench import Bench, rounds
from harness.delay_proxy import MICROSECONDS, DelayProxy
from harness.populate import create
from harness.sandbox import BenchError
from harness.sessions import ATTRIBUTES

CONNECTIONS = 32
CHECKS_PER_SECOND = 4000
# The sessions are changed in turn. Between two changes of one there are 10 checks of it on average, the first of which finds no copy.
CHANGES_PER_SECOND = CHECKS_PER_SECOND // 10
SESSIONS = 500  # So a session is changed every 1.25 s, long before a copy is too old.


class RemoteGateway(Gateway):
    """A gateway whose Redis is behind a proxy with a delay, which begins with it."""

    def start(self, sandbox, redis, seconds=20):
        self.redis_port = DelayProxy(sandbox, redis.port).port
        super().start(sandbox, redis, seconds)


@contextlib.contextmanager
def changes(bench, writer, cookies):
    """Changes the sessions at another gateway of the same store meanwhile."""
    body = bench.sandbox.write("change.json", json.dumps({"set": {"theme": "light @now@"}}))
    command = wrk.command(bench.front.url(f"login-{writer.name}"), 8, bench.options.seconds + 60, script="set.lua",
                          arguments=(wrk.SCRIPTS, CHANGES_PER_SECOND, cookies, body))
    load = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        time.sleep(SESSIONS / CHANGES_PER_SECOND)  # until each session has been changed, and the near cache is full
        yield
    finally:
        load.terminate()
        load.wait()


def measure(bench, contender, cookies):
    """Checks at a fixed rate beside changes. Returns the latency, the CPU per check, and the share that found a copy."""
    near = contender.backend.near_cache
    with changes(bench, bench.writers[contender.backend.store], cookies):
        if near:
            bench.measure_users(contender, CONNECTIONS, cookies, CHECKS_PER_SECOND)  # Fills the near cache.
            hits, looked = metrics.lookups(contender.backend.http_socket)
        result = bench.measure_users(contender, CONNECTIONS, cookies, CHECKS_PER_SECOND)
        if not near:
            return result
        hits_then, looked_then = metrics.lookups(contender.backend.http_socket)
    if looked_then == looked:
        raise BenchError(f"{contender.name}: no check has looked for a copy:\n{bench.sandbox.log_of(contender.name)}")
    return {**result, "hit_percent": round(100 * (hits_then - hits) / (looked_then - looked), 1)}


def run(options):
    contenders = [Contender("memory", Gateway("memory"), True), Contender("redis", Gateway("redis"), True),
                  Contender("remote", RemoteGateway("redis", "remote"), True),
                  Contender("near", RemoteGateway("redis", "near", near_cache=True), True)]
    writer = Gateway("redis", "writer")
    with Bench(options, [*contenders, Contender("writer", writer, True)]) as bench:
        memory = contenders[0].backend
        # The memory store has one gateway only, which makes its changes itself.
        bench.writers = {"memory": memory, "redis": writer}
        cookies = {store: create(bench, backend, SESSIONS, ATTRIBUTES)[0] for store, backend in bench.writers.items()}
        results = rounds(options, {c.name: lambda c=c: measure(bench, c, cookies[c.backend.store]) for c in contenders})
    return {"connections": CONNECTIONS, "checks_per_second": CHECKS_PER_SECOND, "changes_per_second": CHANGES_PER_SECOND,
            "away_ms": 2 * MICROSECONDS / 1000,
            "contenders": [{"name": name, "rounds": value} for name, value in results.items()]}
