"""The tables of the report, in Markdown. Each function makes one table from one scenario of the results."""
from report.stats import by_name, cpu, largest, median, ratio


def table(head, rows):
    """A table. Columns are aligned to the right; the first one and those with a trailing `<` are aligned to the left."""
    marks = ["---" if i == 0 or name.endswith("<") else "---:" for i, name in enumerate(head)]
    lines = [[name.rstrip("<") for name in head], marks, *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def number(value, form="{:,.0f}"):
    return "" if value is None else form.format(value)


def latency(value):
    """Formats a latency in µs as ms."""
    return number(None if value is None else value / 1000, "{:,.2f}")


def targets(found):
    return table(["target", "wanted<", "found<", "<"],
                 [[g.what, g.wanted, g.found, "met" if g.met else "**not met**"] for g in found])


def title(contender):
    return f"{contender['title']}{', kept' if contender['kept'] else ''}"


def compare(scenario):
    contenders = by_name(scenario)
    rows = []
    for contender in scenario["contenders"]:
        rounds, used = contender["rounds"], cpu(contender["rounds"])
        share = ratio(rounds, contenders["nothing-kept"]) if "nothing-kept" in contenders else None
        rows.append([f"`{contender['name']}`", number(median(rounds, "rate")), number(share, "{:.2f}"),
                     *(latency(median(rounds, p)) for p in ("p50", "p99", "p99.9")),
                     *(number(used[who], "{:.1f}") for who in ("nginx", "backend", "redis")),
                     number(sum(filter(None, used.values())), "{:.1f}"), number(contender["memory_mib"], "{:.1f}")])
    return table(["contender", "requests/s", "of `nothing-kept`", "p50 ms", "p99 ms", "p99.9 ms", "nginx µs", "backend µs",
                  "Redis µs", "all µs", "MiB"], rows)


def options(scenario):
    rows = [[f"`{s['name']}`", s["title"], "yes" if s["kept"] else "no", s["options"],
             "yes" if s["verified"] else "checks nothing"] for s in scenario["contenders"]]
    left_out = scenario.get("left_out")
    note = f"\n\nNot measured, since `--lua-resty-session` gave no folder: {', '.join(f'`{name}`' for name in left_out)}." if left_out else ""
    return table(["contender", "what it is<", "kept<", "how it is set up<", "verified<"], rows) + note


def connections(scenario):
    rows = [[count, *(f"{number(median(of[i]['rounds'], 'rate'))} / {latency(median(of[i]['rounds'], 'p99'))}"
                      for of in scenario["contenders"].values())] for i, count in enumerate(scenario["counts"])]
    return table(["connections", *(f"`{name}`: requests/s / p99 ms" for name in scenario["contenders"])], rows)


def plain(scenario):
    """A table for scenarios whose contenders differ only in their names."""
    rows = [[contender["name"], number(median(contender["rounds"], "rate")),
             *(latency(median(contender["rounds"], p)) for p in ("p50", "p99", "p99.9")),
             *(number(value, "{:.1f}") for value in cpu(contender["rounds"]).values())] for contender in scenario["contenders"]]
    return table(["", "requests/s", "p50 ms", "p99 ms", "p99.9 ms", "nginx µs", "backend µs", "Redis µs"], rows)


def flood(scenario):
    contenders, rows = by_name(scenario), []
    for name in dict.fromkeys(contender["contender"] for contender in scenario["contenders"]):
        quiet = contenders[f"{name} quiet"]
        for connections in scenario["connections"]:
            flooded = contenders[f"{name} flooded over {connections}"]
            rows.append([name, connections, number(median(flooded, "forged_rate")), number(largest(flooded, "given_up")),
                         *(f"{latency(median(quiet, p))} → {latency(median(flooded, p))}" for p in ("p50", "p99", "p99.9")),
                         number(ratio(flooded, quiet, "p99"), "{:.2f}"),
                         *(number(median(flooded, f"cpu_{who}"), "{:.1f}") for who in ("nginx", "backend"))])
    return table(["", "connections", "forged/s", "given up, at most", "p50 ms", "p99 ms", "p99.9 ms", "p99, times", "nginx µs", "backend µs"], rows)


def million(scenario):
    alone, results = scenario["store_alone"], by_name(scenario)
    each = (scenario["held_mib"] - scenario["before_mib"]) * 1024 * 1024 / scenario["sessions"]
    worst = max(call["worst_cpu_ms"] for call in alone["calls"] if not call["what"].startswith("sweep"))
    return table(["", "<"], [
        ["sessions, bytes of each", f"{scenario['sessions']:,}, {scenario['record_bytes']}; `max_bytes` {scenario['max_mib']} MiB, room for 1 % more"],
        ["created through nginx in", f"{scenario['load_seconds']:,} s, {scenario['sessions'] / scenario['load_seconds']:,.0f} a second"],
        ["memory of the gateway", f"{scenario['before_mib']} MiB before, {scenario['held_mib']} MiB after: {each:.0f} bytes a session"],
        ["the store alone (`memory-footprint`)", f"{alone['resident_each']:.0f} bytes a session resident, {alone['counted_each']:.0f} counted"],
        ["longest single call of the store, on the CPU", f"{worst:.2f} ms"],
        ["p99 of 500 checks a second, quiet", f"{latency(median(results['quiet'], 'p99'))} ms"],
        [f"p99 with the store full, while {scenario['created_per_second']:,} sessions a second are created and as many evicted",
         f"{latency(median(results['evicting'], 'p99'))} ms"]])


STORES = {"memory": "memory", "redis": "Redis"}


def owners(scenario):
    results = by_name(scenario)

    def row(what, shown):
        return [what, *(shown(store) for store in STORES)]

    def index(store, of_each):
        found = next(one for one in scenario["index"] if (one["store"], one["of_each"]) == (store, of_each))
        counted = f", {found['counted']:.0f} counted" if "counted" in found else ""
        return f"{found['bytes']:.0f} bytes{counted}"

    def all_of_them(store):
        rounds = results[f"{store} all"]
        return (f"{median(rounds, 'took_s'):,.1f} s beside {median(rounds, 'writes_rate'):,.0f} writes a second; "
                f"{largest(rounds, 'missed'):,} of {scenario['sessions']:,} missed")
    return table(["", *(f"{name}<" for name in STORES.values())], [
        row(f"list the {scenario['each']} sessions of a subject, p50 / p99", lambda store: " / ".join(
            latency(median(results[f"{store} list"], p)) for p in ("p50", "p99")) + " ms"),
        row(f"end {scenario['many']:,} sessions of a subject", lambda store: f"{median(results[f'{store} end'], 'took_ms'):,.0f} ms"),
        row("list all, in pages of 1,000", all_of_them),
        row("a page of these, p50 / p99", lambda store: " / ".join(
            latency(median(results[f"{store} all"], p)) for p in ("p50", "p99")) + " ms"),
        *(row(f"lists of owners with {n} session{'s' if n > 1 else ''} each, for a session", lambda store, n=n: index(store, n))
          for n in (1, scenario["each"]))])


def logins(scenario):
    results, rows = by_name(scenario), []
    for name, rounds in results.items():
        store = name.split()[0]
        shares = [ratio(results[store], rounds, key) if name != store and median(rounds, key) else None
                  for key in ("rate", "cpu_backend", "cpu_redis")]
        rows.append([name, number(median(rounds, "rate")), *(latency(median(rounds, p)) for p in ("p50", "p99")),
                     *(number(value, "{:.1f}") for value in cpu(rounds).values()), *(number(share, "{:.2f}") for share in shares)])
    return table(["", "logins/s", "p50 ms", "p99 ms", "nginx µs", "backend µs", "Redis µs", "logins/s with the lists, to this",
                  "backend µs, to this", "Redis µs, to this"], rows)


def durable(scenario):
    results = by_name(scenario)
    shown = {"none": "no file", "second": "`durability: second`", "commit": "`durability: commit`"}
    rows = [[shown[name], number(median(rounds, "rate")), *(latency(median(rounds, p)) for p in ("p50", "p99")),
             *(number(value, "{:.1f}") for value in (median(rounds, "cpu_nginx"), median(rounds, "cpu_backend"))),
             number(ratio(rounds, results["none"]), "{:.2f}")] for name, rounds in results.items()]
    restarts, each = scenario["restarts"], scenario["file_bytes_each"]
    return (table(["", "logins/s", "p50 ms", "p99 ms", "nginx µs", "backend µs", "logins/s, to those without a file"], rows) + "\n\n" +
            table(["", "<"], [
                [f"start with {scenario['sessions']:,} sessions of {scenario['record_bytes']} bytes", f"{median(restarts, 'start_s'):.1f} s"],
                ["stop with all of them", f"{median(restarts, 'stop_s'):.1f} s"],
                ["the file", f"{each:,.0f} bytes a session, {each / scenario['record_bytes']:.2f} times the records"]]))


def remote(scenario):
    results = by_name(scenario)
    rows = []
    for name, rounds in results.items():
        rows.append([f"`{name}`", *(latency(median(rounds, p)) for p in ("p50", "p99", "p99.9")),
                     number(ratio(rounds, results["memory"], "p50"), "{:.2f}"), number(median(rounds, "hit_percent"), "{:.1f}"),
                     *(number(value, "{:.1f}") for value in cpu(rounds).values())])
    return table(["", "p50 ms", "p99 ms", "p99.9 ms", "p50, to memory's", "hits, %", "nginx µs", "backend µs", "Redis µs"], rows)


def destroy(scenario):
    rows = [[{"direct": "Redis beside them", "remote": f"Redis {scenario['away_ms']:g} ms away"}[name],
             number(sum(one["count"] for one in rounds)), *(number(median(rounds, p), "{:.2f}") for p in ("p50_ms", "p99_ms")),
             number(largest(rounds, "max_ms"), "{:.2f}"), number(sum(one["passed_after"] for one in rounds))]
            for name, rounds in by_name(scenario).items()]
    return table(["", "destroys", "p50 ms", "p99 ms", "longest ms", "after which a check passed"], rows)


def churn(scenario):
    return table(["after " + f"{scenario['creates']:,} creates", "MiB", "of the cap"], [
        [what, number(scenario[key], "{:,.1f}"), number(scenario[key] / scenario["cap_mib"], "{:.2f}")] for what, key in (
            ("cap", "cap_mib"), ("counted", "counted_mib"), ("resident", "resident_mib"),
            ("resident when all have expired", "expired_mib"),
            ("resident when each heap has returned its free memory", "idle_mib"))])


COUNTED = {"memory": "memory", "durable": "memory with a file", "redis": "Redis", "near": "Redis with the near cache, which has a copy"}


def instructions(scenario):
    rows = [[f"a check, {shown}", connections, number(scenario["instructions"][store][str(connections)]),
             number(scenario["syscalls"][store][str(connections)], "{:.2f}")]
            for store, shown in COUNTED.items() if store in scenario["instructions"] for connections in scenario["connections"]]
    rows += [[f"a check of {scenario['large_bytes']:,} bytes, Redis", connections, number(count), ""]
             for connections, count in scenario["large"].items()]
    shown = {"plain": "nginx, a location without a check", "protect": "nginx, a location with session-gateway-protect.conf"}
    rows += [[shown[place], 1, number(count), ""] for place, count in scenario["nginx"].items()]
    return table(["", "connections", "instructions", "system calls"], rows)


def idle_busy(scenario):
    each = (scenario["held_mib"] - scenario["before_mib"]) * 1024 * 1024 / scenario["idle"]
    idle = (f"{scenario['idle']:,} idle connections: {scenario['held_mib']} MiB, {scenario['before_mib']} MiB before; "
            f"{each:,.0f} bytes a connection.")
    return f"{idle}\n\n{plain(scenario)}"


def steps(scenario):
    return table(["step", "ns of CPU"], [[step["name"].replace("_", " "), f"{step['cpu_ns']:,}"] for step in scenario["steps"]])


def versions(machine):
    return table(["", "version<"], [[name, version] for name, version in machine["versions"].items()])
