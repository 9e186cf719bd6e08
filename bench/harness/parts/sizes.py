"""Sessions of 300 B, 4 kB and 64 kB."""
from harness.bench import Bench, rounds
from harness.sessions import of_size
from harness.stacks import Stack
from harness.stacks.gateway import Gateway

CONNECTIONS = 32
SIZES = (300, 4000, 64000)


def run(options):
    stacks = [Stack(store, Gateway(store), True) for store in ("memory", "redis")]
    with Bench(options, stacks) as bench:
        cases = {}
        for stack in stacks:
            for size in SIZES:
                cookie = stack.backend.log_in(bench.front, of_size(size))
                bench.front.verify(stack, cookie)
                cases[stack.name, size] = lambda s=stack, c=cookie: bench.measure(s, CONNECTIONS, cookie=c)
        results = rounds(options, cases)
    return {"connections": CONNECTIONS, "stacks": [
        {"name": f"{store} {size}", "store": store, "bytes": size, "rounds": value}
        for (store, size), value in results.items()]}
