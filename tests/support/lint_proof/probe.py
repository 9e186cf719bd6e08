"""What the probe asks of a running case, and how it sees that a door is open."""
import re
import urllib.parse

from lint_proof import client
from lint_proof.application import parse_blocks
from lint_proof.case import LEVELS, SESSIONS, Ask
from lint_proof.client import Request

FORGED = "eve"
IDENTITY = ("x-auth-request-user", "x-auth-request-email", "x-auth-request-groups")
# What a session gives to identity headers.
TRUE_WORDS = {"nobody": [""], "visitor": [""], "bob": ["", "bob", "staff"], "alice": ["", "alice", "admin"]}
EVERYBODY = {word for words in TRUE_WORDS.values() for word in words}
# Whatever a configuration may read as who somebody is, in both spellings that nginx knows.
FORGERY = [f"{name}: {FORGED}" for name in (
    "X-Auth-Request-User", "X_Auth_Request_User", "X-Auth-Request-Email", "X_Auth_Request_Email", "X-Auth-Request-Groups",
    "X_Auth_Request_Groups", "X-Who", "X-Remote-User", "From")] + ["Authorization: Basic ZXZlOmV2ZQ=="]
# A subrequest for those who can be made to print it.
REFLECTED = 'X-Reflect: <!--# include virtual="{page}" -->'
METHODS = ("HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "COPY")
STATUSES = ("401", "403", "404", "405", "413", "500", "502", "503")


class Open:
    """What came to somebody who was not to have it."""

    def __init__(self, ask, kind, what):
        self.ask, self.kind, self.what = ask, kind, what

    def __str__(self):
        return f"{self.ask.text()}: {self.kind}: {self.what}"


def of_path(page):
    """Other addresses for the same page, as far as nginx, a file system or an application goes."""
    folder, _, name = page.rpartition("/")
    stem, _, ending = name.rpartition(".")
    top = page.split("/")[1]
    yield from ("/" + page, page.replace("/", "//"), f"/x/..{page}", f"/.{page}", f"/%{ord(page[1]):02x}{page[2:]}" if len(page) > 1 else page)
    yield from (f"/x/%2e%2e{page}", f"/x%2f..%2f{page[1:]}", page.upper(), page + "/", page + "/x.jpg", page + "/x.php", page + "%0a")
    yield from (page + "?x=1", page + ";x=.jpg", f"{folder}/x/../{name}", f"http://site.test{page}", f"{page}?file={page}")
    yield from (f"{folder}/{stem}.{other}" for other in ("jpg", "php", "html", "css") if stem and other != ending)
    yield from (folder or "/", f"{folder}/", f"/{top}", f"/{top}/deep{page[len(top) + 1:]}")


def leading_out(case):
    """Addresses that leave a location's directory, or reach by it what lies elsewhere: /img../admin/secret.txt."""
    tails = {page.strip("/") for page in case.pages} | {name for name, level in case.files if level != "open"}
    for tail in sorted(tails):
        parts = tail.split("/")
        ends = ["/".join(parts[at:]) for at in range(len(parts))]
        for name in case.locations():
            yield from (f"{name}{between}{end}" for end in ends for between in ("", "/", "../", "/..%2f")
                        if between != "/" or not name.endswith("/"))
            yield from (f"{name}?{word}={end}" for end in (tail, "/" + tail) for word in ("file", "path"))


def questions(case):
    """Everything that the probe asks of a case, in order. A logged-in administrator comes first: then a cache has something to tell."""
    for page in case.pages:
        yield from (Ask("alice", Request("GET", page)), Ask("bob", Request("GET", page)))
    for session in ("nobody", "visitor", "bob"):
        for page in case.pages:
            yield Ask(session, Request("GET", page))
            yield Ask(session, Request("GET", page + f"?user={FORGED}&name={FORGED}", [*FORGERY, f"Cookie: user={FORGED}"]))
            yield Ask(session, Request("GET", page, ["X-Debug: 1", "X-Real-IP: 10.0.0.1", "X-Forwarded-For: 127.0.0.1, 10.0.0.1",
                                                     "User-Agent: Googlebot"]))
            yield Ask(session, Request("GET", page + "?debug=1", ["Cookie: debug=1", "Referer: http://site.test/", "Accept: application/json"]))
            yield Ask(session, Request("POST", page, [], "x=1"))
    for page in case.pages:
        yield from (Ask("nobody", Request(method, page)) for method in METHODS)
        yield from (Ask("nobody", Request("GET", target)) for target in of_path(page))
    page = case.pages[0] if case.pages else "/"
    yield from (Ask("nobody", Request("GET", f"{page}?status={status}")) for status in STATUSES)
    for name in sorted({"/", *case.locations()}):
        yield Ask("nobody", Request("GET", name))
        yield from (Ask("nobody", Request("GET", f"{name}?user={FORGED}&name={FORGED}", [*FORGERY, f"Cookie: user={FORGED}"])),
                    Ask("bob", Request("GET", f"{name}?accel={page}", FORGERY)),
                    Ask("nobody", Request("GET", f"{name}x.html", [REFLECTED.format(page=page)])),
                    Ask("nobody", Request("GET", f"{name}?status=404", [REFLECTED.format(page=page)])))
    yield from (Ask("nobody", Request("GET", target)) for target in leading_out(case))
    yield from (Ask("nobody", request) for request in broken(page))
    yield from (Ask("nobody", Request("GET", page)) for _ in range(2))  # what a limit lets through no more


def broken(page):
    """Requests that nginx answers before it looks for a location, or before it runs the check."""
    yield Request("POST", page, ["Content-Length: 4000000000"])
    yield Request("GET", page, ["Range: bytes=9999999-", "If-Match: x"])
    yield Request("GET", page, host="")
    yield Request("GET", page, version="HTTP/1.0")
    yield Request("GET", page, version="")
    yield Request("GET", page, ["Transfer-Encoding: gzip", "Connection: close"])
    yield Request("GET", page, ["X-Long: " + "x" * 9000, "Connection: close"])
    yield Request("GET", page + "?" + "x" * 9000, ["Connection: close"])


def with_cookie(request, probe, cookie):
    """The request as it is sent: with the number by which its traces are found, and the session's cookie beside its own."""
    headers = [f"X-Probe: {probe}", *(line for line in request.headers if not line.startswith("Cookie:"))]
    cookies = [line[8:] for line in request.headers if line.startswith("Cookie:")] + ([cookie] if cookie else [])
    if cookies:
        headers.append("Cookie: " + "; ".join(cookies))
    sent = Request(request.method, request.target, headers, request.body, request.version, request.host)
    return sent


def path_of(uri):
    """The path that an application finds in an address: decoded once, without double slashes and dots."""
    path = urllib.parse.unquote(re.sub(r"^\w+://[^/]*", "", uri).split("?")[0], "latin-1")
    parts = []
    for part in path.split("/"):
        if part == "..":
            parts[-1:] = []
        elif part not in ("", "."):
            parts.append(part)
    ends = "/" if parts and path.endswith("/") else ""
    return "/" + "/".join(parts) + ends


def judge(case, ask, answer, noted, cookies):
    """What is open by this answer, and by what applications have received meanwhile."""
    session = ask.session.rstrip("!")
    own = SESSIONS[session]
    if "session_gateway_build_info" in answer.body:
        yield Open(ask, "monitoring", "the answer has the gateway's metrics")
    for writer in re.findall(r"PLANTED:(\w+):", answer.body):
        if SESSIONS[writer] < case.level_of(path_of(ask.request.target)):
            yield Open(ask, "written", f"{writer} has written what is served there")
    for level in re.findall(r"SECRET:(\w+):", answer.body):
        if LEVELS[level] > own:
            yield Open(ask, "page", f"the answer has what needs {level}")
    told = list(parse_blocks(answer.body))
    for received in [*told, *noted]:
        if any(cookie in value for cookie in cookies.values() for value in received.values("cookie")):
            yield Open(ask, "cookie", f"the session cookie reaches {received.program}")
        if received.program == "other":
            continue
        levels = [case.level_of(path_of(uri)) for uri in received.uris] + [case.script_level(received.first(":script-filename"))]
        if received.program not in case.trusting():  # no check guards what it has, but it may be asked in place of what is guarded
            levels = [min(max(levels), case.level_of(ask.request.target.split("?")[0]))]
        if max(levels) > own and received in told:  # what only a mirror brought about shows nobody anything
            yield Open(ask, "page", f"{received.program} gets {received.uris[0]}")
        words = [value for name in IDENTITY for value in received.values(name)]
        untrue = [word for word in words if word not in TRUE_WORDS[session] and (FORGED in word or word in EVERYBODY)]
        if untrue and received.program in case.trusting():
            yield Open(ask, "forged", f"{received.program} gets {untrue[0]} as who it is")


async def ask_all(running, case, asks):
    """The answers. A session with a ! is a browser of its own, which keeps the cookies that it gets; the others are as they were."""
    if not any(ask.session.endswith("!") for ask in asks):
        sent = [with_cookie(ask.request, f"{case.id}-{at}", running.cookies.get(ask.session)) for at, ask in enumerate(asks)]
        return await client.ask(lambda: running.connect(case), sent)
    answers, jar = [], {}
    for at, ask in enumerate(asks):
        cookie = running.cookies.get(ask.session)
        if ask.session.endswith("!"):
            if ask.session not in jar:
                jar[ask.session] = await running.log_in(ask.session[:-1]) if ask.session != "nobody!" else ""
            cookie = jar[ask.session]
        answers += await client.ask(lambda: running.connect(case), [with_cookie(ask.request, f"{case.id}-{at}", cookie)])
        given = answers[-1].header("set-cookie").split(";")[0]
        if ask.session.endswith("!") and given:
            jar[ask.session] = given
    return answers


async def probe(running, case):
    """(what is open in a case, how many requests that took). One of each kind for each session is enough. Notes in the case whether an
    administrator got its page at all."""
    found, total = {}, 0
    for asks in [case.asks, list(questions(case)) if case.explored else []]:
        # A mirror may be late, but nginx reads no further request from a connection before it is done.
        answers = await ask_all(running, case, [*asks, Ask("nobody", Request("GET", "/"))]) if asks else []
        total += len(asks)
        for number, (ask, answer) in enumerate(zip(asks, answers)):
            noted = running.applications.noted.pop(f"{case.id}-{number}", [])
            if ask.session == "alice":
                case.served = case.served or "SECRET:" in answer.body or any(parse_blocks(answer.body))
            for opened in judge(case, ask, answer, noted, running.cookies):
                found.setdefault((opened.kind, ask.session), opened)
    return list(found.values()), total
