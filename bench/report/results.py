"""The results files: results.json with all results, and results.csv with a line for each measurement."""
import csv
import datetime
import json
import os
import platform
import re
import subprocess
import time

from contenders import lua_resty_session

COLUMNS = ("scenario", "case", "round", "rate", "p50", "p99", "p99.9", "cpu_nginx", "cpu_backend", "cpu_redis", "count", "created_rate",
           "forged_rate", "given_up", "hit_percent", "p50_ms", "p99_ms", "max_ms")


def first_line(*command):
    """The first line of a command's output, or "" if the command does not exist."""
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return (done.stdout or done.stderr).splitlines()[0].strip() if done.stdout or done.stderr else ""


def package_version(name):
    """The version of a Debian package; "" if it is not installed."""
    try:
        done = subprocess.run(["dpkg-query", "-W", "-f=${Version}", name], capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def npm_versions():
    """The exact versions of the npm packages in bench/contenders/peers, from package.json, as text for each folder."""
    peers = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "contenders", "peers")
    found = {}
    for folder in ("express", "session-store"):
        with open(os.path.join(peers, folder, "package.json")) as f:
            packages = json.load(f)["dependencies"]
        found[folder] = ", ".join(f"{name} {version}" for name, version in packages.items())
    return found


def versions(options):
    build, lua = options.build, options.lua_resty_session
    nginx = first_line("nginx", "-v")
    npm = npm_versions()
    return {
        "session-gateway": first_line(f"{build}/session-gateway", "--version").removeprefix("session-gateway "),
        "nginx": nginx.split("/")[-1],
        "Redis": re.sub(r".*v=(\S+).*", r"\1", first_line("redis-server", "--version")),
        "wrk": re.sub(r"^wrk (\S+).*", r"\1", first_line("wrk", "-v")),
        "Node.js": first_line("node", "--version").removeprefix("v"),
        "express contenders": npm["express"],
        "session-store contender": npm["session-store"],
        "PHP": package_version("php8.2-fpm"),
        "phpredis": package_version("php8.2-redis") or package_version("php-redis"),
        "LemonLDAP::NG": package_version("lemonldap-ng-fastcgi-server"),
        "lua-resty-session": lua_resty_session.version(lua) if lua else "",
        "nginx's module for Lua": package_version("libnginx-mod-http-lua") if lua else "",
        "GCC": package_version("g++-12"),
    }


def cpu_model():
    with open("/proc/cpuinfo") as f:
        found = re.search(r"^model name\s*: (.*)$", f.read(), re.M)
    return found.group(1) if found else platform.machine()


def busy_percent(seconds=3):
    """The load of the machine while the harness waits, in percent: the share of other processes."""
    def used_and_all():
        with open("/proc/stat") as f:
            ticks = [int(n) for n in f.readline().split()[1:9]]
        return sum(ticks) - ticks[3] - ticks[4], sum(ticks)  # without idle and iowait
    used, total = used_and_all()
    time.sleep(seconds)
    used_then, total_then = used_and_all()
    return round(100 * (used_then - used) / max(total_then - total, 1))


def machine(options):
    with open("/proc/meminfo") as f:
        memory = int(re.search(r"MemTotal:\s+(\d+)", f.read()).group(1)) / 1024 / 1024
    with open("/etc/os-release") as f:
        system = re.search(r'PRETTY_NAME="(.*)"', f.read()).group(1)
    return {"date": datetime.date.today().isoformat(), "cores": os.cpu_count(), "cpu": cpu_model(),
            "memory_gib": round(memory), "system": f"{system}, Linux {platform.release()}",
            "busy_percent": busy_percent(), "versions": {k: v for k, v in versions(options).items() if v}}


def measurements(value, scenario, case=""):
    """Yields (scenario, case, round, measurement) for every list named "rounds", at any depth."""
    if isinstance(value, list):
        for item in value:
            yield from measurements(item, scenario, case)
    elif isinstance(value, dict):
        own = str(value.get("name") or value.get("connections") or "") if "rounds" in value else ""
        label = " ".join(filter(None, (case, own)))
        for key, item in value.items():
            if key == "rounds":
                yield from ((scenario, label, i + 1, result) for i, result in enumerate(item))
            elif isinstance(item, (dict, list)):
                yield from measurements(item, scenario, " ".join(filter(None, (case, key if key != "contenders" else ""))))


def write(results, folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "results.json"), "w") as f:
        json.dump(results, f, indent=1)
        f.write("\n")
    with open(os.path.join(folder, "results.csv"), "w", newline="") as f:
        table = csv.writer(f, lineterminator="\n")
        table.writerow(COLUMNS)
        for name, scenario in results["scenarios"].items():
            for where in measurements(scenario, name):
                table.writerow([*where[:3], *(where[3].get(column, "") for column in COLUMNS[3:])])


def add(results, folder):
    """Adds the scenarios of a partial run to the results in a folder, with a note of that run. Returns all."""
    run = {"date": results["machine"]["date"], "of": commit() or results["machine"]["versions"]["session-gateway"],
           "busy_percent": results["machine"]["busy_percent"], "repeated": results["rounds"], "seconds": results["seconds"]}
    scenarios = read(folder)
    scenarios["scenarios"].update({name: {**scenario, "run": run} for name, scenario in results["scenarios"].items()})
    return scenarios


def commit():
    """The commit of the working tree that this file is in; "" outside of a repository."""
    return first_line("git", "-C", os.path.dirname(os.path.abspath(__file__)), "rev-parse", "--short", "HEAD")


def read(folder):
    with open(os.path.join(folder, "results.json")) as f:
        return json.load(f)
