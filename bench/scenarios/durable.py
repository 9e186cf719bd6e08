"""Sessions in memory with a file: logins per second beside those without one, the start with a million sessions, and the file's size."""
import os
import time

from contenders import Contender
from contenders.gateway import Gateway
from harness import metrics
from harness.bench import Bench, rounds
from harness.populate import create
from harness.sandbox import BenchError
from harness.sessions import of_size
from scenarios.logins import CONNECTIONS, MAX_KIB, SUBJECTS, log_in

BYTES = 262  # of the attributes' JSON
RECORD = 300  # bytes of a record in the memory store
NAMES = {"none": None, "second": "second", "commit": "commit"}  # the cases, and store.memory.durability


def wait_until_saved(gateway):
    end = time.monotonic() + 60
    while metrics.read(gateway.http_socket)["session_gateway_memory_file_queue_entries"]:
        if time.monotonic() > end:
            raise BenchError("the file is not written within a minute")
        time.sleep(0.1)


def restarted(bench, gateway, count):
    """Stops the gateway and starts it again. Returns the seconds of both; the start ends when it listens, with all sessions."""
    began = time.monotonic()
    bench.sandbox.end(gateway.process)
    stopped = time.monotonic()
    gateway.start(bench.sandbox, bench.redis, 120)
    ready = time.monotonic()
    loaded = metrics.read(gateway.http_socket)["session_gateway_memory_file_loaded_sessions"]
    if loaded < count:
        raise BenchError(f"{count - loaded:,.0f} of {count:,} sessions are lost at a restart")
    return {"rate": loaded / (ready - stopped), "count": loaded, "stop_s": round(stopped - began, 2), "start_s": round(ready - stopped, 2)}


def measure_restarts(options, count):
    gateway = Gateway("memory", "restarted", max_kib=MAX_KIB, durability="second")
    with Bench(options, [Contender("restarted", gateway, True)]) as bench:
        _, took = create(bench, gateway, count, of_size(BYTES))
        wait_until_saved(gateway)
        result = rounds(options, {"restart": lambda: restarted(bench, gateway, count)})
        sessions = metrics.read(gateway.http_socket)["session_gateway_memory_store_sessions"]
        # Without what the log beside the file still has: a stop has written it into the file.
        size = os.path.getsize(gateway.sessions_file)
        return {"created_per_second": round(count / took), "file_bytes_each": round(size / sessions, 1), "restarts": result["restart"]}


def run(options):
    contenders = {name: Contender(name, Gateway("memory", name, max_kib=MAX_KIB, durability=durability), True)
                  for name, durability in NAMES.items()}
    with Bench(options, contenders.values()) as bench:
        results = rounds(options, {name: lambda c=contender: log_in(bench, c, "user") for name, contender in contenders.items()})
    count = 20000 if options.quick else 1000000
    return {"connections": CONNECTIONS, "subjects": SUBJECTS, "sessions": count, "record_bytes": RECORD, **measure_restarts(options, count),
            "contenders": [{"name": name, "rounds": value} for name, value in results.items()]}
