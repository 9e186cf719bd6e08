"""The tables of the report, in Markdown. Each function makes one of a part of the results."""
from harness.stats import by_name, cpu, largest, median, ratio


def table(head, rows):
    """Columns are aligned to the right, the first and those marked with a trailing `<` to the left."""
    marks = ["---" if i == 0 or name.endswith("<") else "---:" for i, name in enumerate(head)]
    lines = [[name.rstrip("<") for name in head], marks, *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def number(value, form="{:,.0f}"):
    return "" if value is None else form.format(value)


def latency(value):
    """Of µs, in ms."""
    return number(None if value is None else value / 1000, "{:,.2f}")


def goals(found):
    return table(["goal", "wanted<", "found<", "<"],
                 [[g.what, g.wanted, g.found, "met" if g.met else "**not met**"] for g in found])


def title(stack):
    return f"{stack['title']}{', kept' if stack['kept'] else ''}"


def compare(part):
    stacks = by_name(part)
    rows = []
    for stack in part["stacks"]:
        rounds, used = stack["rounds"], cpu(stack["rounds"])
        share = ratio(rounds, stacks["nothing-kept"]) if "nothing-kept" in stacks else None
        rows.append([f"`{stack['name']}`", number(median(rounds, "rate")), number(share, "{:.2f}"),
                     *(latency(median(rounds, p)) for p in ("p50", "p99", "p99.9")),
                     *(number(used[who], "{:.1f}") for who in ("nginx", "backend", "redis")),
                     number(sum(filter(None, used.values())), "{:.1f}"), number(stack["memory_mib"], "{:.1f}")])
    return table(["stack", "requests/s", "of `nothing-kept`", "p50 ms", "p99 ms", "p99.9 ms", "nginx µs", "backend µs",
                  "Redis µs", "all µs", "MiB"], rows)


def options(part):
    rows = [[f"`{s['name']}`", s["title"], "yes" if s["kept"] else "no", s["options"],
             "yes" if s["verified"] else "checks nothing"] for s in part["stacks"]]
    return table(["stack", "what it is<", "kept<", "how it is set up<", "verified<"], rows)


def connections(part):
    rows = [[count, *(f"{number(median(of[i]['rounds'], 'rate'))} / {latency(median(of[i]['rounds'], 'p99'))}"
                      for of in part["stacks"].values())] for i, count in enumerate(part["counts"])]
    return table(["connections", *(f"`{name}`: requests/s / p99 ms" for name in part["stacks"])], rows)


def plain(part):
    """A table for parts whose stacks differ in a name only."""
    rows = [[stack["name"], number(median(stack["rounds"], "rate")),
             *(latency(median(stack["rounds"], p)) for p in ("p50", "p99", "p99.9")),
             *(number(value, "{:.1f}") for value in cpu(stack["rounds"]).values())] for stack in part["stacks"]]
    return table(["", "requests/s", "p50 ms", "p99 ms", "p99.9 ms", "nginx µs", "backend µs", "Redis µs"], rows)


def flood(part):
    stacks, rows = by_name(part), []
    for name in dict.fromkeys(stack["stack"] for stack in part["stacks"]):
        quiet = stacks[f"{name} quiet"]
        for connections in part["connections"]:
            flooded = stacks[f"{name} flooded over {connections}"]
            rows.append([name, connections, number(median(flooded, "forged_rate")), number(largest(flooded, "given_up")),
                         *(f"{latency(median(quiet, p))} → {latency(median(flooded, p))}" for p in ("p50", "p99", "p99.9")),
                         number(ratio(flooded, quiet, "p99"), "{:.2f}"),
                         *(number(median(flooded, f"cpu_{who}"), "{:.1f}") for who in ("nginx", "backend"))])
    return table(["", "connections", "forged/s", "given up, at most", "p50 ms", "p99 ms", "p99.9 ms", "p99, times", "nginx µs", "backend µs"], rows)


def million(part):
    alone, results = part["store_alone"], by_name(part)
    each = (part["held_mib"] - part["before_mib"]) * 1024 * 1024 / part["sessions"]
    worst = max(call["worst_cpu_ms"] for call in alone["calls"] if not call["what"].startswith("sweep"))
    return table(["", "<"], [
        ["sessions, bytes of each", f"{part['sessions']:,}, {part['record_bytes']}; `max_bytes` {part['max_mib']} MiB, room for 1 % more"],
        ["created through nginx in", f"{part['load_seconds']:,} s, {part['sessions'] / part['load_seconds']:,.0f} a second"],
        ["memory of the gateway", f"{part['before_mib']} MiB before, {part['held_mib']} MiB after: {each:.0f} bytes a session"],
        ["the store alone (`memory-footprint`)", f"{alone['resident_each']:.0f} bytes a session resident, {alone['counted_each']:.0f} counted"],
        ["longest single call of the store, on the CPU", f"{worst:.2f} ms"],
        ["p99 of 500 checks a second, quiet", f"{latency(median(results['quiet'], 'p99'))} ms"],
        [f"p99 with the store full, while {part['created_per_second']:,} sessions a second are created and as many evicted",
         f"{latency(median(results['evicting'], 'p99'))} ms"]])


def idle_busy(part):
    each = (part["held_mib"] - part["before_mib"]) * 1024 * 1024 / part["idle"]
    idle = (f"{part['idle']:,} idle connections: {part['held_mib']} MiB, {part['before_mib']} MiB before; "
            f"{each:,.0f} bytes a connection.")
    return f"{idle}\n\n{plain(part)}"


def steps(part):
    return table(["step", "ns of CPU"], [[step["name"].replace("_", " "), f"{step['cpu_ns']:,}"] for step in part["steps"]])


def versions(machine):
    return table(["", "version<"], [[name, version] for name, version in machine["versions"].items()])
