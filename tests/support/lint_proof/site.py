"""A site with a protected place, to which the blocks add lines. Without any it is closed, and lint says nothing of it."""
import pathlib

from lint_proof.block import needs
from lint_proof.case import Ask, Case
from lint_proof.client import Request

CONF = pathlib.Path(__file__).resolve().parents[3] / "conf/nginx"
PROTECT = "include @CONF@/session-gateway-protect.conf;"
PUBLIC = "include @CONF@/session-gateway-public.conf;"
SERVER = "include @CONF@/session-gateway-server.conf;"
NAMES = ("User", "Email", "Groups")
HIDDEN = ("Set", "Unset", "Destroy", "Regenerate", "Flush", "Location")
FASTCGI = """fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REQUEST_URI $request_uri; fastcgi_param QUERY_STRING $query_string;
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass app_fastcgi;"""
ONCE = ("try_files", "satisfy", "random_index", "merge_slashes", "client_max_body_size", "proxy_cache", "fastcgi_cache", "limit_except", "alias",
        "ssi")
PAGES = ("admin/secret.txt", "admin/secret.jpg", "admin/secret.php", "admin/index.html", "admin/deep/secret.txt")


PASSES = {"uwsgi": "uwsgi_param REQUEST_URI $request_uri; uwsgi_pass app_uwsgi;", "grpc": "grpc_pass grpc://app_grpc;"}


def by_hand(line, hide, end, cookie, own):
    """The lines of the includes for another protocol than those that they have."""
    lines = [f"{line.format('X-Auth-Request-' + name)} {own.format(name.lower())};" for name in NAMES]
    lines += [f"{line.format('Cookie')} {cookie};", f"{line.format('X-Session-Commit')} $session_stamp;"]
    return " ".join(lines + [f"{hide} X-Session-{name};" for name in HIDDEN] + [end])


def handler(kind, is_open):
    """The lines that serve: files, or an application by one of nginx's protocols."""
    if kind in ("files", "alias"):
        return ""
    if kind == "proxy":
        return "proxy_pass http://app;"
    if kind == "fastcgi":
        return FASTCGI
    include = f"session-gateway-{'public' if is_open else 'protect'}-{kind}.conf"
    if (CONF / include).exists():
        return f"include @CONF@/{include}; " + PASSES[kind]
    cookie, own = ("$session_public_cookie", '""') if is_open else ("$session_cookie", "$session_{}")
    if kind == "grpc":
        return by_hand("grpc_set_header {}", "grpc_hide_header", PASSES[kind], cookie, own)
    lines = by_hand("uwsgi_param {}", "uwsgi_hide_header", PASSES[kind], cookie, own)
    for name in ("Cookie", "X-Session-Commit", *(f"X-Auth-Request-{name}" for name in NAMES)):
        lines = lines.replace(f"uwsgi_param {name} ", f"uwsgi_param HTTP_{name.upper().replace('-', '_')} ")
    return lines


class Site:
    """`kind` is what serves. `place` is the word between `location` and the protected name."""

    def __init__(self, kind="files", place="", level="login"):
        self.kind, self.level, self.place = kind, level, place
        self.name = {"=": "/admin/secret.txt", "~": "^/admin/"}.get(place, "/admin/")
        self.http, self.server, self.before, self.after, self.locations, self.servers = [], [], [], [], [], []
        self.protect, self.public, self.open_lines = PROTECT, PUBLIC, []
        self.areas = [("=" + self.name if place == "=" else "/admin/", level)]
        self.files = [(("private/" + name[6:]) if kind == "alias" else "site/" + name, level) for name in PAGES] if self.is_files else []
        self.pages = ["/admin/secret.txt"] if place == "=" else ["/admin/secret.txt", "/admin/"]
        if self.is_files:
            self.files += [("site/index.html", "open"), ("site/open/page.html", "open")]
        if place == "=" and self.is_files:
            self.files = [(name, level if name in ("site/admin/secret.txt", "private/secret.txt") else "open") for name, level in self.files]
        if level == "admin":
            self.before.append("set $session_require admin;")
        if level == "session":
            self.before.append('set $session_login "";')
        if kind == "alias":
            self.after.append("alias @DIR@/private/secret.txt;" if place == "=" else "alias @DIR@/private/;")
        self.listen, self.asks, self.used, self.alone = "@LISTEN@", [], [], False

    @property
    def is_files(self):
        return self.kind in ("files", "alias")

    def serves(self, is_open=True):
        return handler(self.kind, is_open)

    def location(self, name, *lines):
        needs(not any(line.startswith(f"location {name} {{") for line in self.locations))
        self.locations.append(f"location {name} {{ {' '.join(lines)} }}")

    def open_location(self, name, *lines):
        """A location for everybody that serves as the rest of the site does, as the pages say one writes it."""
        self.location(name, self.public, *lines, self.serves())

    def ask(self, session, method, target, headers=(), body=""):
        self.asks.append(Ask(session, Request(method, target, headers, body)))

    def case(self):
        for lines in (self.server, [*self.before, *self.after], self.open_lines):
            for directive in ONCE:
                needs(sum(line.split(" ")[0] == directive for line in lines) <= 1)

        def block(head, lines):
            return f"{head} {{\n" + "".join(f"        {line}\n" for line in lines if line) + "    }"

        protected = [*self.before, self.protect, *self.after, self.serves(False)]
        parts = [self.listen, "root @DIR@/site;", SERVER, *self.server,
                 block(f"location {self.place} {self.name}".replace("  ", " "), protected),
                 block("location /", [self.public, *self.open_lines, self.serves()]), *self.locations]
        server = "server {\n" + "".join(f"    {part}\n" for part in parts) + "}\n"
        text = "".join(line + "\n" for line in self.http) + server + "".join(one + "\n" for one in self.servers)
        return Case(" + ".join(self.used) or "plain", text, self.areas, self.files, self.pages, self.asks, alone=self.alone)
