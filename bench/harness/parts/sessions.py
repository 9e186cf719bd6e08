"""One hot session against 10,000 and 100,000 sessions, one of them picked at random for each request."""
from harness.bench import Bench, rounds
from harness.populate import create, last_lines
from harness.sessions import ATTRIBUTES
from harness.stacks import Stack
from harness.stacks.gateway import Gateway
from harness.stacks.nothing import Nothing

CONNECTIONS = 32


def run(options):
    some, many = (500, 5000) if options.quick else (10000, 100000)
    stacks = [Stack(store, Gateway(store), True) for store in ("memory", "redis")]
    nothing = Stack("nothing", Nothing(), True)
    with Bench(options, [nothing, *stacks]) as bench:
        cases = {}
        for stack in stacks:
            one = bench.desk.write(f"{stack.name}.one", bench.cookies[stack.name] + "\n")
            all_of_them, _ = create(bench, stack.backend, many, ATTRIBUTES)
            few = last_lines(all_of_them, some, bench.desk.path(f"{stack.name}.some"))
            for count, cookies in ((1, one), (some, few), (many, all_of_them)):
                cases[stack.name, count] = lambda s=stack, c=cookies: bench.measure_users(s, CONNECTIONS, c)
        # What so many cookies cost the load and nginx alone: the last store's, to a responder that does not look at them.
        for count, cookies in ((1, one), (many, all_of_them)):
            cases[nothing.name, count] = lambda c=cookies: bench.measure_users(nothing, CONNECTIONS, c)
        results = rounds(options, cases)
    return {"connections": CONNECTIONS, "many": many, "stacks": [
        {"name": f"{store} {count}", "store": store, "sessions": count, "rounds": value}
        for (store, count), value in results.items()]}
