"""Makes docs/benchmarks.md and its pictures from a results file and a template, so that every number comes from a run."""
import os
import string

from report import plots, tables, targets
from report.results import read

TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "benchmarks.md.in")
MISSING = "*Not part of this run.*"
TABLES = {"compare": tables.compare, "connections": tables.connections, "workers": tables.plain, "protocols": tables.plain,
          "sessions": tables.plain, "sizes": tables.plain, "million": tables.million, "churn": tables.churn, "owners": tables.owners,
          "logins": tables.logins, "durable": tables.durable, "remote": tables.remote, "destroy": tables.destroy, "idle_busy": tables.idle_busy,
          "flood": tables.flood, "instructions": tables.instructions, "steps": tables.steps}


def described(machine, results):
    trial = " **Something else was running: take these figures as a trial.**" if machine["busy_percent"] > 5 else ""
    seed = f", in an order that changes from round to round (`--seed {results['seed']}`)" if "seed" in results else ""
    return (f"{machine['date']}, {machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['system']}. "
            f"Before the run the machine was {machine['busy_percent']} % busy.{trial} Medians of {results['rounds']} rounds of "
            f"{results['seconds']} s{seed}; the whole run took {results['took_seconds'] / 60:.0f} minutes.")


def measured_apart(scenario):
    """A note below the table of a scenario that was measured in another run than the rest; else nothing."""
    run = scenario.get("run")
    return "" if not run else (
        f"\n\nMeasured apart, {run['date']}, of {run['of']}, while the machine was {run['busy_percent']} % busy with other things: medians of "
        f"{run['repeated']} rounds of {run['seconds']} s.")


def page(results, pictures="benchmarks"):
    """The page, in Markdown. `pictures`: the path from the page to the folder of the pictures."""
    scenarios = results["scenarios"]
    filled = {name: make(scenarios[name]) + measured_apart(scenarios[name]) if name in scenarios else MISSING for name, make in TABLES.items()}
    found = targets.judge(scenarios)
    filled.update(targets=tables.targets(found) if found else MISSING, machine=described(results["machine"], results),
                  options=tables.options(scenarios["compare"]) if "compare" in scenarios else MISSING,
                  versions=tables.versions(results["machine"]), pictures=pictures,
                  load_shown=forged_shown(scenarios))
    with open(TEMPLATE) as f:
        return string.Template(f.read()).substitute(filled)


def forged_shown(scenarios):
    """A sentence about the rate that the flood really had."""
    if "flood" not in scenarios:
        return MISSING
    rates = [r["forged_rate"] for s in scenarios["flood"]["contenders"] if s["when"] != "quiet" for r in s["rounds"]]
    wanted = scenarios["flood"]["forged_per_second"]
    if min(rates) >= 0.98 * wanted:
        return f"In every round {wanted:,} forged cookies a second arrived."
    return (f"{wanted:,} forged cookies a second were to be sent; {min(rates):,.0f} to {max(rates):,.0f} a second is what this "
            "machine could send and answer.")


def publish(results_folder, docs):
    """Writes benchmarks.md and benchmarks/*.svg below `docs`, and returns the page."""
    results = read(results_folder)
    folder = os.path.join(docs, "benchmarks")
    os.makedirs(folder, exist_ok=True)
    for name, picture in plots.draw(results["scenarios"]).items():
        with open(os.path.join(folder, name), "w") as f:
            f.write(picture.render())
    text = page(results)
    with open(os.path.join(docs, "benchmarks.md"), "w") as f:
        f.write(text)
    return text
