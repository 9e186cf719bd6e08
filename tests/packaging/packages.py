"""The package that `./dev package` has built, and a next version of it."""
import pathlib
import subprocess
import tempfile

from clean_root import fail

CONFIGURATION = "etc/session-gateway/gateway.yaml"
SECRET = "etc/session-gateway/credentials/nginx.secret"
NEW_LINE = "# A line of the next version.\n"


def the_package(build):
    found = sorted(pathlib.Path(build, "package").glob("session-gateway_*.deb"))
    if len(found) != 1:
        fail(f"{build}/package holds {len(found)} packages, not one: run ./dev package")
    return found[0]


def next_version(package, folder):
    """The same package with a higher version and another configuration, in that folder."""
    made = pathlib.Path(folder) / f"next-{package.name}"
    with tempfile.TemporaryDirectory(prefix="next-") as place:
        tree = pathlib.Path(place, "tree")
        subprocess.run(["dpkg-deb", "-R", str(package), str(tree)], check=True)
        control = tree / "DEBIAN/control"
        lines = [f"{line}+next" if line.startswith("Version: ") else line for line in control.read_text().splitlines()]
        control.write_text("\n".join(lines) + "\n")
        configuration = tree / CONFIGURATION
        configuration.write_text(configuration.read_text() + NEW_LINE)
        subprocess.run(["dpkg-deb", "-b", "--root-owner-group", str(tree), str(made)], check=True, stdout=subprocess.DEVNULL)
    return made
