"""A Debian that has nothing but its base system, in a folder: what a package really needs shows there, and nothing of this
machine's can help. debootstrap makes it once, from the mirror that this machine's apt uses; each test works on a copy."""
import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
DEBIAN = {"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
PROXIES = {name: value for name, value in os.environ.items() if name.lower() in ("http_proxy", "https_proxy", "no_proxy")}


def skip(why):
    """Ends the test: this machine does not allow it. Neither passed nor failed."""
    print(f"SKIPPED: {why}")
    sys.exit(SKIPPED)


def fail(what):
    sys.exit(f"FAILED: {what}")


def expect(holds, what):
    if not holds:
        fail(what)


def codename():
    for line in pathlib.Path("/etc/os-release").read_text().splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.split("=", 1)[1].strip('"')
    skip("/etc/os-release names no release of Debian")


def mirrors(release):
    """The addresses from which this machine's apt has the main section of that release."""
    listed = subprocess.run(["apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)", "Identifier: Packages"],
                            capture_output=True, text=True)
    wanted = [line.split() for line in listed.stdout.splitlines()]
    return list(dict.fromkeys(words[2] for words in wanted if words[:2] == [release, "main"]))


def base_of(cache):
    """The folder with the base system, made if it is not there."""
    release = codename()
    base = cache / release
    if base.exists():
        return base
    found = mirrors(release)
    if not found:
        skip(f"this machine's apt has no mirror with {release} main")
    for mirror in found:  # at least one
        fresh = pathlib.Path(tempfile.mkdtemp(prefix="making-", dir=cache))
        os.chmod(fresh, 0o755)
        print(f"making a base system of {release} (once)", flush=True)
        # What it mounts there ends with it, however it ends: a folder that is removed has nothing of this machine in it.
        made = subprocess.run(["unshare", "--mount", "debootstrap", "--variant=minbase", release, str(fresh), mirror],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if made.returncode == 0:
            fresh.rename(base)
            return base
        shutil.rmtree(fresh)
    skip(f"debootstrap can't make a base system:\n{(made.stdout + made.stderr)[-2000:]}")


class CleanRoot:
    """A copy of the base system, in a folder of its own. Commands run in it as root."""

    def __init__(self, path):
        self.path = path

    def run(self, *command, check=True, **more):
        """(exit status, what it said)"""
        done = subprocess.run(["chroot", str(self.path), *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              stdin=subprocess.DEVNULL, env={**DEBIAN, **PROXIES}, **more)
        if check and done.returncode:
            fail(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}")
        return done.returncode, done.stdout

    def file(self, path):
        return self.path / path.lstrip("/")

    def put(self, package):
        """Copies a package in; returns its path there."""
        shutil.copy(package, self.file("/root"))
        return f"/root/{pathlib.Path(package).name}"

    def apt_install(self, *packages):
        return self.run("apt-get", "install", "-qy", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold", *packages)[1]


@contextlib.contextmanager
def clean_root(build):
    """A CleanRoot with lists of packages that apt has just fetched; its folder is gone afterwards."""
    if os.geteuid() != 0:
        skip("only root can work in a root of its own")
    cache = pathlib.Path(build, "clean-root").absolute()
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        base = base_of(cache)
    with tempfile.TemporaryDirectory(prefix="run-", dir=cache) as folder:
        path = pathlib.Path(folder, "root")
        subprocess.run(["cp", "-a", "--reflink=auto", str(base), str(path)], check=True)
        shutil.copy("/etc/resolv.conf", path / "etc/resolv.conf")
        root = CleanRoot(path)
        status, said = root.run("apt-get", "update", "-q", "-o", "APT::Update::Error-Mode=any", check=False)
        if status:
            skip(f"the mirror can't be reached:\n{said}")
        yield root
