"""The command line, and the order of a run."""
import argparse
import os
import random
import signal
import subprocess
import sys
import time

from contenders import compared
from harness.sandbox import BenchError, raise_file_limit
from report.page import publish
from report.results import add, machine, write
from scenarios import SCENARIOS

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def names(text):
    return [name for name in text.split(",") if name]


def numbers(text):
    return [int(number) for number in names(text)]


def folder(text):
    if not os.path.isdir(text):
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return os.path.abspath(text)


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench", description=(
        "Measures the auth check through nginx, side by side with other ways to do it. Everything is started privately on "
        "loopback, verified, measured in turns and ended. All of it took 8 minutes with --seconds 1, and takes longer by default; keep the machine quiet. A whole run "
        "writes bench/report/last_run, docs/benchmarks.md and its pictures; a partial one prints its page and keeps it in "
        "build/bench-results."))
    parser.add_argument("build", help=argparse.SUPPRESS)
    parser.add_argument("--list", action="store_true", help="say which scenarios and contenders there are, and measure nothing")
    parser.add_argument("--quick", action="store_true", help="a look in some minutes: 1 round of 1 s, fewer sessions")
    parser.add_argument("--scenarios", type=names, metavar="NAME,...", help="only these scenarios")
    parser.add_argument("--contenders", type=names, metavar="NAME,...", help="only these contenders: of the scenarios `compare` and `connections`")
    parser.add_argument("--connections", type=numbers, metavar="N,...", help="of the scenario `connections`")
    parser.add_argument("--other", metavar="PROGRAM", help="of the scenario `logins`: another session-gateway to measure beside this one")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often each is measured, in turns (5)")
    parser.add_argument("--seconds", type=int, metavar="N", help="of one measurement (3)")
    parser.add_argument("--seed", type=int, metavar="N", help="of the order of the cases, which changes from round to round (random; a run says it)")
    parser.add_argument("--lua-resty-session", type=folder, metavar="FOLDER", help=(
        "measure lua-resty-session 4, too: a folder with its Lua files and those that it needs (docs/benchmarks.md says which)"))
    parser.add_argument("--keep", action="store_true", help=(
        "keep the scenarios of a partial run in bench/report/last_run and docs/benchmarks.md, with a note of when they were measured"))
    parser.add_argument("--report-only", action="store_true",
                        help="measure nothing: make the page and its pictures from bench/report/last_run again")
    options = parser.parse_args(arguments)
    check_names(parser, "scenario", options.scenarios, SCENARIOS)
    check_names(parser, "contender", options.contenders, [contender.name for contender in compared(options)])
    if options.keep and (options.quick or options.contenders or options.connections or not options.scenarios):
        parser.error("--keep goes with --scenarios, and with scenarios that are whole")
    options.seed = random.randrange(1 << 16) if options.seed is None else options.seed
    options.rounds = options.rounds or (1 if options.quick else 5)
    options.seconds = options.seconds or (1 if options.quick else 3)
    options.say = lambda text: print(text, file=sys.stderr, flush=True)
    return options


def check_names(parser, kind, given, known):
    for name in given or []:
        if name not in known:
            parser.error(f"there is no {kind} '{name}'; `./dev bench --list` says which there are")


def show_list(options):
    print("Scenarios, in their order:")
    for name, scenario in SCENARIOS.items():
        print(f"  {name:<14} {scenario.__doc__.splitlines()[0]}")
    print("Contenders of the scenario `compare`:")
    for contender in compared(options):
        kept = "connections kept" if contender.kept else "connections not kept"
        print(f"  {contender.name:<20} {contender.backend.title} ({kept})")


def chosen_scenarios(options):
    """The scenarios to run. Without --scenarios: those that the other options are about, or all."""
    if options.scenarios:
        return options.scenarios
    if options.connections:
        return ["connections"]
    return ["compare"] if options.contenders else list(SCENARIOS)


def measure(options):
    """Runs the scenarios and returns the results. A scenario that fails is listed under "failed"; the others go on."""
    results = {"machine": machine(options), "rounds": options.rounds, "seconds": options.seconds, "seed": options.seed, "scenarios": {}, "failed": {}}
    began = time.monotonic()
    options.say(f"The order of the cases follows from --seed {options.seed}.")
    for name in chosen_scenarios(options):
        options.say(f"{name}: {SCENARIOS[name].__doc__.splitlines()[0]}")
        try:
            results["scenarios"][name] = SCENARIOS[name].run(options)
        except (BenchError, OSError, subprocess.SubprocessError) as error:
            results["failed"][name] = str(error)
            options.say(f"bench: {name} failed: {error}")
    results["took_seconds"] = round(time.monotonic() - began)
    return results


def places(options, complete=True):
    """(folder of the results, folder of the page). Only a complete run without failures changes files of the repository."""
    whole = complete and not (options.scenarios or options.contenders or options.connections or options.quick)
    if whole or options.report_only or (complete and options.keep):
        return os.path.join(BENCH, "report", "last_run"), os.path.join(os.path.dirname(BENCH), "docs")
    partial = os.path.join(os.path.dirname(os.path.abspath(options.build)), "bench-results")
    return partial, partial


def run(options):
    """Runs, reports and returns the exit status."""
    failed = {}
    folder, docs = places(options)
    if not options.report_only:
        raise_file_limit()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # The exit stops all servers.
        results = measure(options)
        failed = results["failed"]
        folder, docs = places(options, complete=not failed)
        write(add(results, folder) if options.keep and not failed else results, folder)
    text = publish(folder, docs)
    if docs == folder:
        print(text)
    options.say(f"bench: the page is {docs}/benchmarks.md, all measurements are in {folder}")
    for name in failed:
        options.say(f"bench: {name} failed, see above; docs/benchmarks.md and bench/report/last_run are as they were")
    return 1 if failed else 0


def main():
    options = parse_arguments(sys.argv[1:])
    if options.list:
        show_list(options)
        return 0
    try:
        return run(options)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
