"""Statistics over the rounds of a measurement."""
import statistics


def values(rounds, key):
    return [result[key] for result in rounds if result.get(key) is not None]


def median(rounds, key):
    """The median of one value over the rounds; None if no round has it."""
    found = values(rounds, key)
    return statistics.median(found) if found else None


def largest(rounds, key):
    """The largest value over the rounds, for values that a median would hide; None if no round has it."""
    return max(values(rounds, key), default=None)


def ratio(rounds, others, key="rate"):
    """The median of the ratios of each round. A disturbance in a round affects both values of its ratio."""
    return statistics.median(one[key] / other[key] for one, other in zip(rounds, others, strict=True))


def by_name(scenario):
    """The rounds of a scenario by the name of the contender. The scenario's contenders must be a list."""
    return {contender["name"]: contender["rounds"] for contender in scenario["contenders"]}


def cpu(rounds):
    """Medians of the CPU time in µs per request, {"nginx", "backend", "redis"}; None for a process that does not exist."""
    return {who: median(rounds, f"cpu_{who}") for who in ("nginx", "backend", "redis")}
