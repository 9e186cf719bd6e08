"""One hot session against 100,000 sessions, another one at each request."""
from harness.bench import Bench, rounds
from harness.populate import create
from harness.sessions import ATTRIBUTES
from harness.stacks import Stack
from harness.stacks.gateway import Gateway

CONNECTIONS = 32


def run(options):
    many = 5000 if options.quick else 100000
    stacks = [Stack(store, Gateway(store), True) for store in ("memory", "redis")]
    with Bench(options, stacks) as bench:
        cases = {}
        for stack in stacks:
            one = bench.desk.write(f"{stack.name}.one", bench.cookies[stack.name] + "\n")
            all_of_them, _ = create(bench, stack.backend, many, ATTRIBUTES)
            for count, cookies in ((1, one), (many, all_of_them)):
                cases[stack.name, count] = lambda s=stack, c=cookies: bench.measure(
                    s, CONNECTIONS, script="many.lua", arguments=(c,))
        results = rounds(options, cases)
    return {"connections": CONNECTIONS, "many": many, "stacks": [
        {"name": f"{store} {count}", "store": store, "sessions": count, "rounds": value}
        for (store, count), value in results.items()]}
