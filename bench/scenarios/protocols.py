"""The same check by FastCGI and by HTTP, each with the fewest lines of nginx."""
from contenders import Contender
from contenders.gateway import GatewayByHand
from harness.bench import Bench, rounds

CONNECTIONS = 32


def run(options):
    gateways = [GatewayByHand(store, protocol) for store in ("memory", "redis") for protocol in ("fastcgi", "http")]
    contenders = [Contender(gateway.name, gateway, True) for gateway in gateways]
    with Bench(options, contenders) as bench:
        results = rounds(options, {contender.name: lambda s=contender: bench.measure(s, CONNECTIONS) for contender in contenders})
    return {"connections": CONNECTIONS, "contenders": [{"name": name, "rounds": value} for name, value in results.items()]}
