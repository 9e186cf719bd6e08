"""The gateway with one worker and with two."""
from contenders import Contender
from contenders.gateway import Gateway
from contenders.null_responder import NullResponder
from harness.bench import Bench, rounds

CONNECTIONS = 32


def run(options):
    gateways = [Gateway(store, name=f"{store}{workers}", workers=workers)
                for store in ("memory", "redis") for workers in (1, 2)]
    contenders = [Contender("nothing", NullResponder(), True)] + [Contender(gateway.name, gateway, True) for gateway in gateways]
    with Bench(options, contenders) as bench:
        results = rounds(options, {contender.name: lambda s=contender: bench.measure(s, CONNECTIONS) for contender in contenders})
    return {"connections": CONNECTIONS, "contenders": [{"name": name, "rounds": value} for name, value in results.items()]}
