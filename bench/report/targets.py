"""The performance targets of the project, and the figures of a run. A target whose scenario was not measured is left out."""
from dataclasses import dataclass

from report.stats import by_name, largest, median, ratio


@dataclass
class Target:
    what: str
    wanted: str
    found: str
    met: bool


def at_least(what, wanted, found, form="{:.2f}"):
    return Target(what, "at least " + form.format(wanted), form.format(found), found >= wanted)


def at_most(what, wanted, found, form="{:.2f}"):
    return Target(what, "at most " + form.format(wanted), form.format(found), found <= wanted)


def beside_reference(contenders):
    nothing = contenders.get("nothing-kept")
    for store, share, cost in (("memory", 0.90, 6), ("redis", 0.55, 12)):
        rounds, shown = contenders.get(f"{store}-kept"), store.replace("redis", "Redis")
        if rounds and nothing:
            yield at_least(f"requests/s, {shown}, of the do-nothing responder's", share, ratio(rounds, nothing))
        if rounds:
            yield at_most(f"the gateway's own CPU per check, {shown}", cost, median(rounds, "cpu_backend"), "{:.1f} µs")


def beside_peers(contenders):
    """Compares with the faster of express-session's two configurations with Redis and one process."""
    express = [contenders[name] for name in ("express", "express-notouch") if name in contenders]
    peers = {"express-session + connect-redis": max(express, key=lambda rounds: median(rounds, "rate"), default=None),
             "npm session-store": contenders.get("session-store")}
    for store, times in (("memory", 8), ("redis", 4)):
        for peer, others in peers.items():
            rounds = contenders.get(f"{store}-kept")
            if rounds and others:
                yield at_least(f"requests/s, {store.replace('redis', 'Redis')}, to {peer}", times,
                               ratio(rounds, others), "{:.1f} times")


def growth(scenario):
    contenders = by_name(scenario)
    for store in ("memory", "redis"):
        lost = 100 * (1 - ratio(contenders[f"{store} {scenario['many']}"], contenders[f"{store} 1"]))
        yield Target(f"requests/s lost from 1 to {scenario['many']:,} sessions, {store.replace('redis', 'Redis')}", "under 10 %",
                     f"{max(lost, 0):.1f} %", lost < 10)


def under_flood(scenario):
    contenders = by_name(scenario)
    for store in ("memory", "redis"):
        flooded = contenders[f"{store} flooded over {scenario['connections'][0]}"]
        yield at_most(f"valid users' p99 under forged cookies, to that without, {store.replace('redis', 'Redis')}", 2,
                      ratio(flooded, contenders[f"{store} quiet"], "p99"), "{:.2f} times")


def memory(scenarios):
    if "idle_busy" in scenarios:
        scenario = scenarios["idle_busy"]
        yield at_most(f"{scenario['idle']:,} idle connections", 100, scenario["held_mib"], "{:.0f} MiB")
    if "million" in scenarios:
        scenario = scenarios["million"]
        yield at_most(f"{scenario['sessions']:,} sessions of {scenario['record_bytes']} bytes in memory, the whole process", 600,
                      scenario["held_mib"], "{:.0f} MiB")


def lists_of_owners(scenario):
    results = by_name(scenario)
    for store, shown in (("memory", "memory"), ("redis", "Redis")):
        listed = f"{scenario['each']} sessions of a subject among {scenario['sessions']:,}"
        yield at_most(f"p99 of a list of the {listed}, {shown}", 5, median(results[f"{store} list"], "p99") / 1000, "{:.2f} ms")
        yield at_most(f"the end of {scenario['many']:,} sessions of a subject, {shown}", 1000, median(results[f"{store} end"], "took_ms"),
                      "{:,.0f} ms")
        yield at_most(f"sessions that a list of all misses, {shown}", 0, largest(results[f"{store} all"], "missed"), "{:,}")
    for one in scenario["index"]:
        yield at_most(f"bytes for a session in the lists of owners, {one['of_each']} of each, {one['store'].replace('redis', 'Redis')}", 120,
                      one["bytes"], "{:.0f}")


def beside_other(scenario):
    results = by_name(scenario)
    for store in ("memory", "redis"):
        if f"{store} other" in results:
            yield at_least(f"logins/s, {store.replace('redis', 'Redis')}, of those without lists of owners", 0.85,
                           ratio(results[store], results[f"{store} other"]))


def judge(scenarios):
    """The targets for the scenarios of a results file."""
    targets = []
    if "compare" in scenarios:
        contenders = by_name(scenarios["compare"])
        targets += [*beside_reference(contenders), *beside_peers(contenders)]
    if "sessions" in scenarios:
        targets += growth(scenarios["sessions"])
    if "flood" in scenarios:
        targets += under_flood(scenarios["flood"])
    if "owners" in scenarios:
        targets += lists_of_owners(scenarios["owners"])
    if "logins" in scenarios:
        targets += beside_other(scenarios["logins"])
    return targets + list(memory(scenarios))
