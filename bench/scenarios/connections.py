"""The gateway and the reference (or --contenders) with few and with many connections."""
from contenders import compared
from harness.bench import Bench, rounds

COUNTS = (1, 8, 32, 128, 1000)
CONTENDERS = ("nothing-kept", "memory-kept", "redis-kept")


def run(options):
    contenders = [contender for contender in compared(options) if contender.name in (options.contenders or CONTENDERS)]
    counts = options.connections or COUNTS
    with Bench(options, contenders) as bench:
        results = rounds(options, {f"{contender.name} {count}": lambda s=contender, c=count: bench.measure(s, c)
                                   for count in counts for contender in contenders})
    return {"counts": list(counts), "contenders": {
        contender.name: [{"connections": count, "rounds": results[f"{contender.name} {count}"]} for count in counts]
        for contender in contenders}}
