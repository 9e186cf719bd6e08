"""Configurations that are open, each in a file with what was asked and what lint must say."""
import re

from lint_proof.case import Ask, Case
from lint_proof.client import Request

NOTHING = "nothing yet"  # a gap of lint; see lint_and_nginx


def short(text):
    """Runs of a letter as x{9000}."""
    return re.sub(r"x{50,}", lambda run: f"x{{{len(run.group(0))}}}", text)


def long(text):
    return re.sub(r"x\{(\d+)\}", lambda run: "x" * int(run.group(1)), text)


def ask_lines(ask):
    request = ask.request
    yield f"# ask: {ask.session} {request.method} {short(request.target)}"
    if request.version != "HTTP/1.1":
        yield f"#   {request.version or 'HTTP/0.9'}"
    if not request.host:
        yield "#   without Host"
    yield from (f"#   {short(line)}" for line in request.headers)
    if request.body:
        yield f"#   > {request.body}"


def story(case, opened):
    """The requests that lead to an open door: those of its browser, or what an administrator asks before, and the one that opens."""
    if opened.ask.session.endswith("!"):
        return case.asks
    before = case.asks[:case.asks.index(opened.ask)] if opened.ask in case.asks else case.asks
    primed = [Ask("alice", Request("GET", page)) for page in case.pages] + [Ask("alice", opened.ask.request)]
    return [*primed, *before, opened.ask]


def written(case, opened, asks, expected):
    """A file of the corpus for a case, with these requests."""
    lines = [f"# {case.name.replace('_', ' ')}"]
    lines += [f"# file: {name} {level}" for name, level in case.files]
    lines += [f"# area: {area} {level}" for area, level in case.areas]
    for ask in asks:
        lines += ask_lines(ask)
    lines.append(f"# open: {opened.kind}")
    lines += [f"# lint: {one}" for one in expected or [NOTHING]]
    return "\n".join(lines) + "\n" + case.text


def read(file):
    case = Case(file.stem, "", explored=False)
    text = file.read_text().splitlines(keepends=True)
    asked = []
    for line in text:
        name, _, value = line[2:].strip().partition(": ")
        if not line.startswith("#"):
            break
        if line.startswith("#   "):
            asked[-1][1].append(line[4:].rstrip("\n"))
        elif name == "ask":
            asked.append((value, []))
        elif name == "open":
            case.kind = value
        elif name == "lint":
            case.expected.append(value)
        elif name == "page":
            case.pages.append(value)
        elif name in ("file", "area"):
            (case.files if name == "file" else case.areas).append(tuple(value.rsplit(" ", 1)))
    case.text = "".join(line for line in text if not line.startswith("# "))
    case.alone = "\nmap" in "\n" + case.text and re.search(r"^map \S+ \$session_", case.text, re.M) is not None
    case.asks = [ask_of(value, more) for value, more in asked]
    return case


def ask_of(value, more):
    session, method, target = value.split(" ", 2)
    version, host, headers, body = "HTTP/1.1", "site.test", [], ""
    for line in more:
        if line.startswith("HTTP/"):
            version = "" if line == "HTTP/0.9" else line
        elif line == "without Host":
            host = ""
        elif line.startswith("> "):
            body = line[2:]
        else:
            headers.append(long(line))
    return Ask(session, Request(method, long(target), headers, body, version, host))


def read_all(folder):
    return [read(file) for file in sorted(folder.glob("*.conf"))]
