"""The gateway and the reference with few and with many connections."""
from harness.bench import Bench, rounds
from harness.stacks import Stack
from harness.stacks.gateway import Gateway
from harness.stacks.nothing import Nothing

COUNTS = (1, 8, 32, 128, 1000)


def run(options):
    stacks = [Stack("nothing-kept", Nothing(), True), Stack("memory-kept", Gateway("memory"), True),
              Stack("redis-kept", Gateway("redis"), True)]
    stacks = [stack for stack in stacks if options.wants(stack.name)]
    counts = options.connections or COUNTS
    with Bench(options, stacks) as bench:
        results = rounds(options, {f"{stack.name} {count}": lambda s=stack, c=count: bench.measure(s, c)
                                   for count in counts for stack in stacks})
    return {"counts": list(counts), "stacks": {
        stack.name: [{"connections": count, "rounds": results[f"{stack.name} {count}"]} for count in counts]
        for stack in stacks}}
