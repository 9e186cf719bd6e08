"""A million sessions of many subjects: to list and end one subject's, to list all while others write, and what the lists take."""
import contextlib
import json
import random
import signal
import subprocess
import time

from contenders import Contender
from contenders.gateway import Gateway
from harness import wrk
from harness.admin import AdminClient
from harness.bench import Bench, rounds
from harness.latency_client import summary
from harness.owner_index import in_memory, in_redis
from harness.populate import create, create_command, last_lines
from harness.sandbox import BenchError
from harness.sessions import of_size

EACH = 5  # sessions of a subject
MANY = 1000  # sessions of the subject that is ended
LISTED = 500  # subjects that are listed in a round
WRITES_PER_SECOND = 1000  # half of them logins, half of them writes to existing sessions
BYTES = 262  # of the attributes' JSON
RECORD = 300  # bytes of a record in the memory store
WRITTEN = 100000  # sessions that are written to
MAX_KIB = 4 << 20  # more than all sessions need: none is evicted


def attributes(subject):
    return {**of_size(BYTES), "user": subject}


def list_one(admin, subjects):
    """Lists the sessions of random subjects, one after the other."""
    latencies = []
    for _ in range(LISTED):
        subject = f"user-{random.randrange(subjects)}"
        began = time.perf_counter()
        found = sum(map(len, admin.pages(subject=subject)))
        latencies.append(time.perf_counter() - began)
        if not EACH - 1 <= found <= EACH + 1:  # The last ones of the load can be missing, or have one more.
            raise BenchError(f"{subject} has {found} sessions")
    return summary(latencies, 0, sum(latencies))


def end_many(bench, backend, admin):
    """Logs one subject in many times, and ends its sessions."""
    create(bench, backend, MANY, attributes("many"), "many")
    began = time.perf_counter()
    ended = admin.end("many")
    took = time.perf_counter() - began
    left = sum(map(len, admin.pages(subject="many")))
    if ended < MANY or left:
        raise BenchError(f"{ended} of at least {MANY} sessions have ended, and {left} are left")
    return {"rate": ended / took, "count": ended, "took_ms": round(took * 1000, 1)}


@contextlib.contextmanager
def writing(bench, backend, cookies):
    """Logs others in and writes to sessions meanwhile. Yields a dict that has the writes per second afterwards."""
    half, url = WRITES_PER_SECOND / 2, bench.front.url(f"login-{backend.name}")
    body = bench.sandbox.write("set.json", json.dumps({"set": {"theme": "light @now@"}}))
    loads = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in (
        create_command(bench, backend, attributes("other-@subject@"), bench.sandbox.path("others.cookies"), rate=half, subjects=1000),
        wrk.command(url, 16, 900, script="set.lua", arguments=(wrk.SCRIPTS, half, cookies, body)))]
    found = {}
    try:
        time.sleep(1)
        yield found
        for load in loads:
            load.send_signal(signal.SIGINT)
        written = [wrk.parse(load.communicate(timeout=30)[0]) for load in loads]
        found.update(writes_rate=round(sum(one["rate"] for one in written)))
        if any(one["refused"] or one["errors"] for one in written):
            raise BenchError(f"of the writes beside a list {written} were refused, or their connections closed")
    finally:
        for load in loads:
            load.kill()
            load.wait()


def list_all(admin):
    """Lists all sessions. Returns the set of their names, and the seconds that each page took."""
    names, seconds, began = set(), [], time.perf_counter()
    for page in admin.pages():
        seconds.append(time.perf_counter() - began)
        names.update(session["name"] for session in page)
        began = time.perf_counter()
    return names, seconds


def list_beside_writes(bench, backend, admin, cookies, known):
    """Lists all sessions while others write, and counts the `known` ones that the list misses: all of them live on."""
    with writing(bench, backend, cookies) as writes:
        names, seconds = list_all(admin)
    return {**summary(seconds, 0, sum(seconds)), "listed": len(names), "missed": len(known - names), "took_s": round(sum(seconds), 1), **writes}


def measure_lists(bench, backend, admin, count):
    """Measures a store. Returns {case: rounds}."""
    subjects = count // EACH
    cookies, _ = create(bench, backend, count, attributes("user-@subject@"), subjects=subjects)
    some = last_lines(cookies, WRITTEN, bench.sandbox.path("written.cookies"))
    known, _ = list_all(admin)
    if len(known) < count:
        raise BenchError(f"a list without writes beside it has {len(known)} of {count} sessions")
    return {**rounds(bench.options, {f"{backend.name} list": lambda: list_one(admin, subjects),
                                     f"{backend.name} end": lambda: end_many(bench, backend, admin)}),
            **rounds(bench.options, {f"{backend.name} all": lambda: list_beside_writes(bench, backend, admin, some, known)}, most=3)}


def measure_index(bench, backend, count):
    """Measures the lists of owners in a Redis that has `count` sessions, EACH of a subject, and of one that has a tenth with one each."""
    found = [in_redis(bench.redis, count, EACH)]
    bench.redis.command("FLUSHALL", "SYNC")
    create(bench, backend, count // 10, attributes("user-@subject@"), "single", subjects=10 * count)
    return [in_redis(bench.redis, count // 10, 1), *found]


def measure_store(options, store, count):
    """Returns ({case: rounds}, the cost of the lists of owners if the store is Redis)."""
    backend = Gateway(store, max_kib=MAX_KIB if store == "memory" else None, admin=True)
    with Bench(options, [Contender(store, backend, True)]) as bench, AdminClient(backend.admin_socket) as admin:
        results = measure_lists(bench, backend, admin, count)
        return results, measure_index(bench, backend, count) if backend.uses_redis else []


def run(options):
    count = 20000 if options.quick else 1000000
    index = [in_memory(options, count, RECORD, each) for each in (1, EACH)]
    contenders = {}
    for store in ("memory", "redis"):
        measured, lists = measure_store(options, store, count)
        contenders.update(measured)
        index += lists
    return {"sessions": count, "each": EACH, "many": MANY, "writes_per_second": WRITES_PER_SECOND, "index": index,
            "contenders": [{"name": name, "rounds": value} for name, value in contenders.items()]}
