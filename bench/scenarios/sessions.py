"""One hot session against 10,000 and 100,000 sessions, one of them picked at random for each request."""
from contenders import Contender
from contenders.gateway import Gateway
from contenders.null_responder import NullResponder
from harness.bench import Bench, rounds
from harness.populate import create, last_lines
from harness.sessions import ATTRIBUTES

CONNECTIONS = 32
RUNS_BEFORE = 2


def warmed_up(measure):
    """Measures under a load that has gone on for a while: each run picks the same users. What a worker remembers of a session is
    worked out by its first two checks, and a minute later the session is extended: after the pauses between the rounds that would
    be every second check."""
    for _ in range(RUNS_BEFORE):
        measure()
    return measure()


def run(options):
    some, many = (500, 5000) if options.quick else (10000, 100000)
    contenders = [Contender(store, Gateway(store), True) for store in ("memory", "redis")]
    nothing = Contender("nothing", NullResponder(), True)
    with Bench(options, [nothing, *contenders]) as bench:
        cases = {}
        for contender in contenders:
            one = bench.sandbox.write(f"{contender.name}.one", bench.cookies[contender.name] + "\n")
            all_of_them, _ = create(bench, contender.backend, many, ATTRIBUTES)
            few = last_lines(all_of_them, some, bench.sandbox.path(f"{contender.name}.some"))
            for count, cookies in ((1, one), (some, few), (many, all_of_them)):
                cases[contender.name, count] = lambda s=contender, c=cookies: warmed_up(
                    lambda: bench.measure_users(s, CONNECTIONS, c))
        # The cost of the cookies for the load and nginx: the cookies of the last store, sent to a responder that ignores them.
        for count, cookies in ((1, one), (many, all_of_them)):
            cases[nothing.name, count] = lambda c=cookies: bench.measure_users(nothing, CONNECTIONS, c)
        results = rounds(options, cases)
    return {"connections": CONNECTIONS, "many": many, "contenders": [
        {"name": f"{store} {count}", "store": store, "sessions": count, "rounds": value}
        for (store, count), value in results.items()]}
