"""Servers of newer Debian suites, unpacked into folders of their own. Nothing is installed: apt works with a configuration, lists
and a cache of its own, and dpkg-deb unpacks what it has fetched and verified. The programs run with their own C library."""
import json
import platform
import re
import shlex
import shutil
import subprocess

# Debian moves these names on to its next releases.
SUITES = ("stable", "unstable")
# A part is named as its package. The program, and how it says its version.
PARTS = {
    "nginx": ("usr/sbin/nginx", ["-v"], r"nginx/([\d.]+)"),
    "redis-server": ("usr/bin/redis-server", ["--version"], r"v=([\d.]+)"),
    "valkey-server": ("usr/bin/valkey-server", ["--version"], r"v=([\d.]+)"),
}
# What is unpacked of the packages that a part depends on: libraries, and the packages that belong to the same server.
USED = re.compile(r"lib|zlib|nginx$|redis-|valkey-")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class Unavailable(Exception):
    """Why a suite or a part can't be had, for those who read the command's output."""


def mirrors():
    """{"": mirror, "-security": mirror, ...}: where this machine's apt finds its own release of Debian, by the suffix of the suite."""
    codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "?")
    # apt knows the origin of mirrors whose lists it has. Before that, a source counts that names this release and `main`.
    for option, origin in ([], "Debian"), (["--no-release-info"], "$(ORIGIN)"):
        listed = run("apt-get", "indextargets", *option, "--format", "$(RELEASE)|$(COMPONENT)|$(ORIGIN)|$(REPO_URI)",
                     "Created-By: Packages")
        found = {}
        for line in listed.splitlines():
            for suffix in ("", "-updates", "-security"):
                if line.startswith(f"{codename}{suffix}|main|{origin}|"):
                    found.setdefault(suffix, line.split("|", 3)[3])
        if "" in found:
            return found
    raise Unavailable(f"apt's sources on this machine name no mirror of its own release of Debian ({codename})")


def sources(suite, found):
    """The deb822 text that names `suite` on these mirrors. Unstable has neither updates nor security updates of its own."""
    suffixes = [""] if suite == "unstable" else list(found)
    return "\n".join(f"Types: deb\nURIs: {found[suffix]}\nSuites: {suite}{suffix}\nComponents: main\nSigned-By: {KEYRING}\n"
                     for suffix in suffixes)


def configuration(folder):
    """apt's settings for that folder. The machine's own, such as a proxy, apply where these say nothing; its hooks do not run."""
    return f"""Dir::Etc::SourceList "{folder}/debian.sources";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State "{folder}";
Dir::State::status "{folder}/status";
Dir::State::lists "{folder}/lists";
Dir::Cache "{folder}/cache";
Dir::Cache::archives "archives";
Acquire::Languages "none";
APT::Update::Error-Mode "any";
APT::Sandbox::User "root";
Debug::NoLocking "true";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""


def run(*command, folder=None):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        lines = (done.stderr + done.stdout).strip().splitlines() or [f"it ended with {done.returncode}"]
        errors = [line for line in lines if line.startswith("E: ")] or lines[-1:]
        raise Unavailable(f"{command[0]}: {' '.join(errors)}")
    return done.stdout


class Suite:
    """One suite, in `folder`: apt's files in apt/, what is unpacked in root/, and the programs to run in bin/."""

    def __init__(self, name, folder, found):
        self.name, self.folder, self.apt = name, folder, folder / "apt"
        for path in ("lists/partial", "cache/archives/partial"):
            (self.apt / path).mkdir(parents=True, exist_ok=True)
        (self.apt / "status").write_text("")  # nothing is installed, so all that a part needs is fetched
        (self.apt / "debian.sources").write_text(sources(name, found))
        (self.apt / "apt.conf").write_text(configuration(self.apt))

    def update(self):
        run("apt-get", "-c", self.apt / "apt.conf", "update", "-q")

    def packages(self, part):
        """{package: version}: the part, and what it needs."""
        try:
            plan = run("apt-get", "-c", self.apt / "apt.conf", "install", "--simulate", "-qq", "--no-install-recommends", part)
        except Unavailable as error:
            raise Unavailable(f"Debian {self.name} has no {part} that can be unpacked: {error}") from error
        planned = re.findall(r"^Inst (\S+?)(?::\w+)? (?:\[\S+\] )?\((\S+) ", plan, re.M)
        return {name: version for name, version in planned if name == part or USED.match(name)}

    def unpack(self, packages):
        """Fetches and unpacks them, unless this is what an earlier run has unpacked."""
        stamp, root = self.folder / "unpacked.json", self.folder / "root"
        if stamp.exists() and json.loads(stamp.read_text()) == packages:
            return
        stamp.unlink(missing_ok=True)
        archives = self.folder / "archives"
        for path in (archives, root):
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
        run("apt-get", "-c", self.apt / "apt.conf", "download", "-qq", *(f"{name}={version}" for name, version in packages.items()),
            folder=archives)
        for archive in sorted(archives.iterdir()):
            run("dpkg-deb", "-x", archive, root)
        shutil.rmtree(archives)
        stamp.write_text(json.dumps(packages))

    def program(self, part):
        """(path of a script that runs the part with the libraries unpacked beside it, the version that it says)"""
        path, option, pattern = PARTS[part]
        root = self.folder / "root"
        loaders = sorted(root.glob("usr/lib/*/ld-linux*.so.*"))
        if not loaders or not (root / path).exists():
            raise Unavailable(f"Debian {self.name}: {part} has no /{path}, or its C library no loader where this script looks")
        script = self.folder / "bin" / part
        script.parent.mkdir(exist_ok=True)
        command = [loaders[0], "--inhibit-cache", "--library-path", loaders[0].parent, "--argv0", script, root / path]
        script.write_text(f"#!/bin/sh\nexec {shlex.join(map(str, command))} \"$@\"\n")
        script.chmod(0o755)
        said = subprocess.run([script, *option], capture_output=True, text=True)
        version = re.search(pattern, said.stdout + said.stderr)
        if not version:
            raise Unavailable(f"Debian {self.name}: {part} does not run here: {(said.stdout + said.stderr).strip()}")
        return str(script), version.group(1)


def fetch(name, folder, found):
    """({part: {"program": path, "version": version}}, [why a part can't be had])"""
    suite, had, missing, packages = Suite(name, folder, found), {}, [], {}
    suite.update()
    for part in PARTS:
        try:
            packages |= suite.packages(part)
            had[part] = None
        except Unavailable as error:
            missing.append(str(error))
    suite.unpack(packages)
    for part in list(had):
        try:
            program, version = suite.program(part)
            had[part] = {"program": program, "version": version}
        except Unavailable as error:
            del had[part]
            missing.append(str(error))
    return had, missing
