"""The gateway and the reference (or --stacks) with few and with many connections."""
from harness.bench import Bench, rounds
from harness.stacks import compared

COUNTS = (1, 8, 32, 128, 1000)
STACKS = ("nothing-kept", "memory-kept", "redis-kept")


def run(options):
    stacks = [stack for stack in compared() if stack.name in (options.stacks or STACKS)]
    counts = options.connections or COUNTS
    with Bench(options, stacks) as bench:
        results = rounds(options, {f"{stack.name} {count}": lambda s=stack, c=count: bench.measure(s, c)
                                   for count in counts for stack in stacks})
    return {"counts": list(counts), "stacks": {
        stack.name: [{"connections": count, "rounds": results[f"{stack.name} {count}"]} for count in counts]
        for stack in stacks}}
