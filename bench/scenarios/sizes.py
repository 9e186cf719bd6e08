"""Sessions of 300 B, 4 kB and 64 kB."""
from contenders import Contender
from contenders.gateway import Gateway
from harness.bench import Bench, rounds
from harness.sessions import of_size

CONNECTIONS = 32
SIZES = (300, 4000, 64000)


def run(options):
    contenders = [Contender(store, Gateway(store), True) for store in ("memory", "redis")]
    with Bench(options, contenders) as bench:
        cases = {}
        for contender in contenders:
            for size in SIZES:
                cookie = contender.backend.log_in(bench.front, of_size(size))
                bench.front.verify(contender, cookie)
                cases[contender.name, size] = lambda s=contender, c=cookie: bench.measure(s, CONNECTIONS, cookie=c)
        results = rounds(options, cases)
    return {"connections": CONNECTIONS, "contenders": [
        {"name": f"{store} {size}", "store": store, "bytes": size, "rounds": value}
        for (store, size), value in results.items()]}
