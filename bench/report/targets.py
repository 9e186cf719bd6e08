"""The performance targets of the project, and the figures of a run. A target whose scenario was not measured is left out."""
from dataclasses import dataclass

from report.stats import by_name, cpu, largest, median, ratio


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


def all_cpu(rounds):
    """The CPU time in µs per request of all processes."""
    return sum(filter(None, cpu(rounds).values()))


def beside_lua(contenders):
    """Compares with lua-resty-session 4 in the same run."""
    if "lua-redis" in contenders:
        for name, share, shown in (("redis-kept", 0.40, "Redis"), ("near-kept", 0.33, "Redis with the near cache")):
            if name in contenders:
                yield at_most(f"all µs, {shown}, of lua-resty-session's with Redis", share,
                              all_cpu(contenders[name]) / all_cpu(contenders["lua-redis"]))


def of_instructions(scenario):
    for store, shown, most in (("memory", "memory", 13000), ("redis", "Redis, not cached", 17000)):
        yield at_most(f"the gateway's user instructions per check, {shown}", most, scenario["instructions"][store]["32"], "{:,.0f}")
    yield at_most("nginx's user instructions per check, shipped files", 36000, scenario["nginx"]["protect"], "{:,.0f}")
    few, many = scenario["large"]
    yield at_most(f"user instructions per check of {scenario['large_bytes']:,} bytes in Redis, {many} in flight to {few}", 1.3,
                  scenario["large"][many] / scenario["large"][few], "{:.2f} times")


def far_away(scenario):
    results = by_name(scenario)
    hits = median(results["near"], "hit_percent")
    yield at_most(f"p50 with Redis {scenario['away_ms']:g} ms away and {hits:.0f} % hits, to that from memory", 1.3,
                  ratio(results["near"], results["memory"], "p50"), "{:.2f} times")


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
    if "churn" in scenarios:
        scenario = scenarios["churn"]
        yield at_most(f"resident memory after {scenario['creates']:,} creates of drifting sizes, to the cap", 1.25,
                      scenario["resident_mib"] / scenario["cap_mib"], "{:.2f} times")
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


def in_a_file(scenario):
    results = by_name(scenario)
    for name, share in (("second", 0.90), ("commit", 0.30)):
        yield at_least(f"logins/s, memory with a file, `{name}`, of those without one", share, ratio(results[name], results["none"]))
    sessions = f"{scenario['sessions']:,} sessions in a file"
    yield at_most(f"start with {sessions}", 5, largest(scenario["restarts"], "start_s"), "{:.1f} s")
    yield at_most(f"size of {sessions}, to the records", 1.5, scenario["file_bytes_each"] / scenario["record_bytes"], "{:.2f} times")


# By scenario: the function that judges it.
JUDGES = {"compare": lambda scenario: [*beside_reference(by_name(scenario)), *beside_peers(by_name(scenario)), *beside_lua(by_name(scenario))],
          "instructions": of_instructions, "remote": far_away, "sessions": growth, "flood": under_flood, "owners": lists_of_owners,
          "logins": beside_other, "durable": in_a_file}


def judge(scenarios):
    """The targets for the scenarios of a results file."""
    return [target for name, judged in JUDGES.items() if name in scenarios for target in judged(scenarios[name])] + list(memory(scenarios))
