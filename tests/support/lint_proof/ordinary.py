"""Sites as people have them, and the examples of the documents, which are as they should be: lint must have nothing to say."""
import pathlib
import re
import tempfile

from lint_proof import corpus
from lint_proof.lint import lint

HTTP = "include session-gateway-upstream.conf;\ninclude session-gateway-http.conf;\n"
BESIDE = "location = /login { return 302 https://login.example/; }\nlocation /beside/ { include session-gateway-protect.conf; proxy_pass http://127.0.0.1:9000; }\n"
SERVER = "listen 443 ssl;\ninclude session-gateway-server.conf;\n"
RULES = "rules: { admin: { /groups: { contains: admin } } }\n"


def read_all(root):
    cases = corpus.read_all(root / "tests/e2e/ordinary_sites")
    for case in cases:
        case.explored = True
    return cases


def examples(root):
    """(where, text) of the documents' configurations that use the includes in a location. docs/lint.md has tests of its own."""
    for file in [root / "README.md", *sorted((root / "docs").glob("*.md")), *sorted((root / "conf/nginx").glob("*.conf"))]:
        if file.name == "lint.md":
            continue
        text = file.read_text()
        if file.suffix == ".conf":  # examples stand in its comments
            text = "".join((line[2:] if line.startswith("# ") else "").rstrip("\n") + "\n" for line in text.splitlines())
        for found in re.finditer(r"(?:^ {4}.*\n|^\n(?= {4}))+", text, re.M):
            lines = "\n\n".join(part for part in found.group(0).split("\n\n") if not re.match(r"\n* {4}(rules:|const )", part))
            if re.search(r"^    (location|server|http) ", lines, re.M) and "include session-gateway-" in lines and "wrong" not in lines:
                yield f"{file.relative_to(root)}:{text.count(chr(10), 0, found.start()) + 1}", lines


def whole(lines):
    """The example with what it leaves out around it."""
    if re.search(r"^    http \{", lines, re.M):
        return lines
    if re.search(r"^    server \{", lines, re.M):
        return f"http {{\n{'' if 'session-gateway-http.conf' in lines else HTTP}{lines}}}\n"
    return f"http {{\n{HTTP}server {{\n{SERVER}{lines}\n{BESIDE}}}\n}}\n"


def lint_examples(program, root):
    """(how many there are, problems)"""
    problems, count = [], 0
    with tempfile.TemporaryDirectory(prefix="lint-examples-") as folder:
        here = pathlib.Path(folder)
        for file in (root / "conf/nginx").glob("*.conf"):
            (here / file.name).symlink_to(file)
        for module in ("fastcgi", "uwsgi"):
            (here / f"{module}_params").write_text(f"{module}_param REQUEST_METHOD $request_method;\n")
        (here / "gateway.yaml").write_text(RULES)
        for where, lines in examples(root):
            count += 1
            (here / "nginx.conf").write_text(whole(lines))
            findings = lint(program, str(here / "nginx.conf"), str(here / "gateway.yaml"))
            problems += [f"the example at {where}: {finding}\n{lines}" for finding in findings]
    return count, problems
