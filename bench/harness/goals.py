"""What the project wants of its speed, and what a run found. A goal whose part was not measured is left out."""
from dataclasses import dataclass

from harness.stats import by_name, median, ratio


@dataclass
class Goal:
    what: str
    wanted: str
    found: str
    met: bool


def at_least(what, wanted, found, form="{:.2f}"):
    return Goal(what, "at least " + form.format(wanted), form.format(found), found >= wanted)


def at_most(what, wanted, found, form="{:.2f}"):
    return Goal(what, "at most " + form.format(wanted), form.format(found), found <= wanted)


def beside_reference(stacks):
    nothing = stacks.get("nothing-kept")
    for store, share, cost in (("memory", 0.90, 6), ("redis", 0.55, 12)):
        rounds, shown = stacks.get(f"{store}-kept"), store.replace("redis", "Redis")
        if rounds and nothing:
            yield at_least(f"requests/s, {shown}, of the do-nothing responder's", share, ratio(rounds, nothing))
        if rounds:
            yield at_most(f"the gateway's own CPU per check, {shown}", cost, median(rounds, "cpu_backend"), "{:.1f} µs")


def beside_peers(stacks):
    """express-session counts as the faster of its two ways to use Redis with one process."""
    express = [stacks[name] for name in ("express", "express-notouch") if name in stacks]
    peers = {"express-session + connect-redis": max(express, key=lambda rounds: median(rounds, "rate"), default=None),
             "npm session-store": stacks.get("session-store")}
    for store, times in (("memory", 8), ("redis", 4)):
        for peer, others in peers.items():
            rounds = stacks.get(f"{store}-kept")
            if rounds and others:
                yield at_least(f"requests/s, {store.replace('redis', 'Redis')}, to {peer}", times,
                               ratio(rounds, others), "{:.1f} times")


def growth(part):
    stacks = by_name(part)
    for store in ("memory", "redis"):
        lost = 100 * (1 - ratio(stacks[f"{store} {part['many']}"], stacks[f"{store} 1"]))
        yield Goal(f"requests/s lost from 1 to {part['many']:,} sessions, {store.replace('redis', 'Redis')}", "under 10 %",
                   f"{max(lost, 0):.1f} %", lost < 10)


def under_flood(part):
    stacks = by_name(part)
    for store in ("memory", "redis"):
        flooded = stacks[f"{store} flooded over {part['connections'][0]}"]
        yield at_most(f"valid users' p99 under forged cookies, to that without, {store.replace('redis', 'Redis')}", 2,
                      ratio(flooded, stacks[f"{store} quiet"], "p99"), "{:.2f} times")


def memory(parts):
    if "idle_busy" in parts:
        part = parts["idle_busy"]
        yield at_most(f"{part['idle']:,} idle connections", 100, part["held_mib"], "{:.0f} MiB")
    if "million" in parts:
        part = parts["million"]
        yield at_most(f"{part['sessions']:,} sessions of {part['record_bytes']} bytes in memory, the whole process", 600,
                      part["held_mib"], "{:.0f} MiB")


def judge(parts):
    """The goals that these parts of a results file can tell about."""
    goals = []
    if "compare" in parts:
        stacks = by_name(parts["compare"])
        goals += [*beside_reference(stacks), *beside_peers(stacks)]
    if "sessions" in parts:
        goals += growth(parts["sessions"])
    if "flood" in parts:
        goals += under_flood(parts["flood"])
    return goals + list(memory(parts))
