"""One nginx configuration, what is protected in it, and how it is written for lint and for the running nginx."""
import dataclasses
import pathlib
import re

from lint_proof.client import Request

# What a page asks of a session, and what the sessions of the probe have. `visitor` has not logged in.
LEVELS = {"open": 0, "session": 1, "login": 2, "admin": 3}
SESSIONS = {"nobody": 0, "visitor": 1, "bob": 2, "alice": 3}

SETTINGS = """listen: [{ unix: @TOP@/gateway.sock }]
store: { type: memory }
rules:
  admin: { /groups: { contains: admin } }
  welcome: { /banned: { exists: false } }
"""

MAIN = """@MODULES@daemon off;
worker_processes 1;
pid @TOP@/nginx.pid;
error_log @TOP@/nginx.log crit;
events { worker_connections 8000; }
http {
    access_log off;
    keepalive_requests 100000;
    variables_hash_max_size 65536;
    client_body_temp_path @TOP@/temp-body;
    proxy_temp_path @TOP@/temp-proxy;
    fastcgi_temp_path @TOP@/temp-fastcgi;
    uwsgi_temp_path @TOP@/temp-uwsgi;
    scgi_temp_path @TOP@/temp-scgi;
    types { text/html html php; text/plain txt; image/jpeg jpg; }
    upstream session_gateway { server unix:@TOP@/gateway.sock; keepalive 8; }
    upstream app { server unix:@TOP@/app.sock; }
    upstream other { server unix:@TOP@/other.sock; }
    upstream app_fastcgi { server unix:@TOP@/app_fastcgi.sock; }
    upstream app_uwsgi { server unix:@TOP@/app_uwsgi.sock; }
    upstream app_grpc { server unix:@TOP@/app_grpc.sock; }
    include @CONF@/session-gateway-http.conf;
@CASES@}
"""


@dataclasses.dataclass
class Ask:
    """A request with the cookie of that session."""
    session: str
    request: Request

    def text(self):
        return self.request.text() + ("" if self.session == "nobody" else f" as {self.session}")


@dataclasses.dataclass
class Case:
    """`text` stands at http level. @DIR@ in it is the case's own directory, @ID@ makes names of http level its own."""
    name: str
    text: str
    areas: list = dataclasses.field(default_factory=list)  # (address, level): /prefix/, =/exact or ~pattern; what the owner wants
    files: list = dataclasses.field(default_factory=list)  # (path below @DIR@, level)
    pages: list = dataclasses.field(default_factory=list)  # addresses of what is protected
    asks: list = dataclasses.field(default_factory=list)  # in this order, first
    expected: list = dataclasses.field(default_factory=list)  # what lint must say, each "severity rule"
    alone: bool = False  # it changes what other cases have at http level, and needs an nginx of its own
    explored: bool = True  # whether the probe asks more by itself
    id: str = ""
    served: bool = False  # whether an administrator got a page: else nothing is proved

    def level_of(self, path):
        """What the owner wants of whoever gets the page of that address: the longest area that has it decides."""
        best, level = -1, 0
        for area, wanted in self.areas:
            if area.startswith("~"):
                fits, weight = re.search(area[1:], path) is not None, 1000
            elif area.startswith("="):
                fits, weight = path == area[1:], 10000
            else:
                fits, weight = path.startswith(area), len(area)
            if fits and weight > best:
                best, level = weight, LEVELS[wanted]
        return level

    def script_level(self, path):
        return next((LEVELS[level] for name, level in self.files if path.endswith(f"/{self.id}/{name}")), 0)

    def trusting(self):
        """The programs behind a check: they believe identity headers. Others need not."""
        head, *locations = re.split(r"\blocation ", self.text)
        checked = [part for part in locations if self.is_checked(part) or self.is_checked(head)]
        return {name for part in checked for name in re.findall(r"_pass (?:\w+://)?(\w+)", part)}

    @staticmethod
    def is_checked(text):
        return "session-gateway-protect.conf" in text or "auth_request /" in text

    def is_tcp(self):
        return "@TCP@" in self.text

    def rendered(self, top, conf, port=""):
        here = f"{top}/{self.id}"
        text = self.text.replace("@TCP@", f"listen 127.0.0.1:{port};").replace("@LISTEN@", f"listen unix:{here}/http.sock;")
        for name, value in (("DIR", here), ("ID", self.id), ("CONF", conf), ("TOP", top)):
            text = text.replace(f"@{name}@", str(value))
        return text

    def write_files(self, top):
        for name, level in self.files:
            file = pathlib.Path(top) / self.id / name
            file.parent.mkdir(parents=True, exist_ok=True)
            text = "a page for everybody\n" if level == "open" else f"SECRET:{level}: of {name}\n"
            # With a line that a module of subrequests, where one is on, goes by.
            file.write_text(f"<html>{text}</html>\n" if name.endswith(".html") else text)

    def locations(self):
        """The names of the prefix locations, for addresses that lead out of them."""
        return [name for modifier, name in re.findall(r"location\s+(=|\^~)?\s*(/[^\s{]*)\s*\{", self.text) if not name.startswith("/_session")]
