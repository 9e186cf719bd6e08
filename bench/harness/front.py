"""The nginx in front of all: one worker, a protected location for each stack."""
import http.client
import json
import os

from harness.desk import BenchError, free_port
from harness.stacks.backend import tampered

USER = "alice"


def configuration(desk, port, stacks):
    backends = list({id(stack.backend): stack.backend for stack in stacks}.values())
    upstreams = "".join(backend.upstreams() for backend in backends)
    logins = "".join(f"\n    location = /login-{b.name} {{ {b.login()} }}" for b in backends if b.login())
    # Started by root, its worker is root as well, so that it can reach what belongs to other users.
    user = "user root;" if os.geteuid() == 0 else ""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {desk.dir}/{kind};" for kind in kinds)
    return f"""daemon off; {user} worker_processes 1; pid {desk.dir}/nginx.pid;
error_log {desk.dir}/nginx-error.log warn;
events {{ worker_connections 16384; }}
http {{
  access_log off; {temporary} keepalive_requests 100000000; keepalive_timeout 600s;
{upstreams}
  server {{ listen 127.0.0.1:{port} backlog=4096;
    location = /plain {{ empty_gif; }}{logins}{"".join(protected(stack) for stack in stacks)}
  }}
}}
"""


def protected(stack):
    variable = "$user_" + stack.name.replace("-", "_").replace(".", "_")
    return f"""
    location = /ask-{stack.name} {{ internal; {stack.backend.ask(stack.kept)} }}
    location = /{stack.name} {{ auth_request /ask-{stack.name}; auth_request_set {variable} {stack.backend.identity};
      add_header X-User {variable}; empty_gif; }}"""


class Front:
    """Not for several threads."""

    def __init__(self, desk, stacks, name="nginx"):
        self.port = free_port()
        self.desk = desk
        config = desk.write(f"{name}.conf", configuration(desk, self.port, stacks))
        self.process = desk.start(name, "nginx", "-p", desk.dir, "-e", "stderr", "-c", config)
        desk.wait_until_listening(self.process, self.port)

    def pids(self):
        return [self.process.pid]

    def url(self, path):
        return f"http://127.0.0.1:{self.port}/{path}"

    def ask(self, method, path, body=None, cookie=None):
        """The response, read to its end."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Content-Type": "application/json"} if body else {}
        if cookie:
            headers["Cookie"] = cookie
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            response.read()
        except OSError as error:
            raise BenchError(f"nginx gives no answer for {path}: {error}\n{self.desk.log_of(self.process.label)}") from error
        finally:
            connection.close()
        return response

    def begin_session(self, name, attributes):
        """Logs in at the location of that backend: the cookie that a browser would send."""
        response = self.ask("POST", f"/login-{name}", json.dumps(attributes))
        cookie = response.getheader("Set-Cookie")
        if response.status != 200 or not cookie:
            raise BenchError(f"{name}: no session: {response.status}, Set-Cookie: {cookie}\n{self.desk.log_of(name)}")
        return cookie.split(";")[0]

    def verify(self, stack, cookie):
        """That a valid cookie passes with its user's name, and that a tampered one and none get 401."""
        path = f"/{stack.name}"
        good = self.ask("GET", path, cookie=cookie)
        bad, none = self.ask("GET", path, cookie=tampered(cookie)), self.ask("GET", path)
        found = (good.status, good.getheader("X-User"), bad.status, none.status)
        if found != (200, USER, 401, 401):
            raise BenchError(f"{stack.name} does not check: valid {found[0]} for {found[1]!r}, tampered {found[2]}, "
                             f"none {found[3]}\n{self.desk.log_of(stack.backend.name)}")
