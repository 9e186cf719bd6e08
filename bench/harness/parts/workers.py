"""The gateway with one worker and with two."""
from harness.bench import Bench, rounds
from harness.stacks import Stack
from harness.stacks.gateway import Gateway
from harness.stacks.nothing import Nothing

CONNECTIONS = 32


def run(options):
    gateways = [Gateway(store, name=f"{store}{workers}", workers=workers)
                for store in ("memory", "redis") for workers in (1, 2)]
    stacks = [Stack("nothing", Nothing(), True)] + [Stack(gateway.name, gateway, True) for gateway in gateways]
    with Bench(options, stacks) as bench:
        results = rounds(options, {stack.name: lambda s=stack: bench.measure(s, CONNECTIONS) for stack in stacks})
    return {"connections": CONNECTIONS, "stacks": [{"name": name, "rounds": value} for name, value in results.items()]}
