"""What is made of the rounds of a measurement."""
import statistics


def values(rounds, key):
    return [result[key] for result in rounds if result.get(key) is not None]


def median(rounds, key):
    """Of one value over the rounds; None if they do not have it."""
    found = values(rounds, key)
    return statistics.median(found) if found else None


def largest(rounds, key):
    """The same for what a median would hide."""
    return max(values(rounds, key), default=None)


def ratio(rounds, others, key="rate"):
    """The median of each round's ratio: what disturbed the machine in a round disturbed both."""
    return statistics.median(one[key] / other[key] for one, other in zip(rounds, others, strict=True))


def by_name(scenario):
    """{name: rounds} of a scenario whose contenders are a list."""
    return {contender["name"]: contender["rounds"] for contender in scenario["contenders"]}


def cpu(rounds):
    """{"nginx", "backend", "redis"}: medians in µs per request, None where there is no such process."""
    return {who: median(rounds, f"cpu_{who}") for who in ("nginx", "backend", "redis")}
