"""One million sessions in the memory store: memory, load time, and latency while others are evicted."""
import re

from contenders import Contender
from contenders.gateway import Gateway
from harness.bench import Bench, rounds
from harness.owner_index import each_session, footprint
from harness.populate import create, create_command, last_lines
from harness.sandbox import BenchError, memory_mib
from harness.sessions import of_size
from harness.users import beside_seconds, latency, latency_beside

RECORD = 300  # bytes of a record in the store
WRAPPING = 38  # bytes of the record around the attributes: {"v":1,"created":1700000000,"data":}
ROOM = 1.01  # times the memory that the sessions need: all of them fit, and 2 % more evict some
CREATED_PER_SECOND = 5000
RECENT = 10000  # sessions of the users: the newest ones, which are not evicted


def store_alone(options, count):
    """Measures the store without the daemon. All sessions are one user's."""
    out = footprint(options, count, RECORD, count)
    resident, counted = each_session(out)
    return {"resident_each": resident, "counted_each": counted, "calls": [
        {"what": what, "mean_ns": float(mean), "worst_ms": float(worst), "worst_cpu_ms": float(on_cpu)}
        for what, mean, worst, on_cpu in re.findall(
            r"^(\S.*?) +([\d.]+) ns mean, +([\d.]+) ms worst, +([\d.]+) ms worst on the CPU", out, re.M)]}


def run(options):
    count = 20000 if options.quick else 1000000
    alone = store_alone(options, count)
    gateway = Gateway("memory", max_kib=int(count * alone["counted_each"] * ROOM / 1024))
    contender = Contender("memory", gateway, True)
    with Bench(options, [contender]) as bench:
        before = memory_mib(gateway.pids())
        attributes = of_size(RECORD - WRAPPING)
        cookies, took = create(bench, gateway, count, attributes)
        held = memory_mib(gateway.pids())
        require(bench, cookies, 0, 200, "a session is lost before the store is full")
        create(bench, gateway, count // 50, attributes, "more")
        require(bench, cookies, 1, 401, "a full store still has the session that was least recently used")
        recent = last_lines(cookies, min(RECENT, count // 2), bench.sandbox.path("recent"))
        results = rounds(options, cases(bench, contender, recent, attributes))
    return {"sessions": count, "record_bytes": RECORD, "store_alone": alone, "load_seconds": round(took, 1),
            "before_mib": round(before, 1), "held_mib": round(held, 1), "max_mib": round(gateway.max_kib / 1024, 1),
            "created_per_second": CREATED_PER_SECOND,
            "contenders": [{"name": name, "rounds": value} for name, value in results.items()]}


def require(bench, cookies, line, status, otherwise):
    """Requires that the session on a line of the file exists (200) or does not (401)."""
    with open(cookies) as f:
        cookie = next(text for i, text in enumerate(f) if i == line).strip()
    if bench.front.request("GET", "/memory", cookie=cookie).status != status:
        raise BenchError(otherwise)


def cases(bench, contender, recent, attributes):
    def evicting():
        command = create_command(bench, contender.backend, attributes, bench.sandbox.path("evicting.cookies"), rate=CREATED_PER_SECOND,
                                 seconds=beside_seconds(bench.options))
        result, load = latency_beside(bench, contender, recent, command)
        return {**result, "created_rate": load["rate"]}
    return {"quiet": lambda: latency(bench, contender, recent), "evicting": evicting}
