"""The nginx in front of all backends, with one worker and a protected location for each contender."""
import http.client
import json
import os

from harness.sandbox import BenchError, free_port

USER = "alice"


def configuration(sandbox, port, contenders):
    backends = list({id(contender.backend): contender.backend for contender in contenders}.values())
    modules = "".join(backend.modules() for backend in backends)
    upstreams = "".join(backend.upstreams() for backend in backends)
    logins = "".join(f"\n    location = /login-{b.name} {{ {b.login()} }}" for b in backends if b.login())
    # If root starts nginx, the worker is root, too, so that it can connect to sockets of other users.
    user = "user root;" if os.geteuid() == 0 else ""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {sandbox.dir}/{kind};" for kind in kinds)
    return f"""{modules}daemon off; {user} worker_processes 1; pid {sandbox.dir}/nginx.pid;
error_log {sandbox.dir}/nginx-error.log warn;
events {{ worker_connections 16384; }}
http {{
  access_log off; {temporary} keepalive_requests 100000000; keepalive_timeout 600s;
{upstreams}
  server {{ listen 127.0.0.1:{port} backlog=4096;
    location = /plain {{ empty_gif; }}{logins}{"".join(protected(contender) for contender in contenders)}
  }}
}}
"""


def protected(contender):
    variable = "$user_" + contender.name.replace("-", "_").replace(".", "_")
    return contender.backend.protected(contender, variable)


class NginxFront:
    """The running nginx. Not thread-safe."""

    def __init__(self, sandbox, contenders, name="nginx"):
        self.port = free_port()
        self.sandbox = sandbox
        config = sandbox.write(f"{name}.conf", configuration(sandbox, self.port, contenders))
        self.process = sandbox.start(name, "nginx", "-p", sandbox.dir, "-e", "stderr", "-c", config)
        sandbox.wait_until_listening(self.process, self.port)

    def pids(self):
        return [self.process.pid]

    def url(self, path):
        return f"http://127.0.0.1:{self.port}/{path}"

    def request(self, method, path, body=None, cookie=None):
        """Sends a request and returns the response, which has been read to its end."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Accept": "application/json", **({"Content-Type": "application/json"} if body else {})}
        if cookie:
            headers["Cookie"] = cookie
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            response.read()
        except OSError as error:
            raise BenchError(f"nginx gives no answer for {path}: {error}\n{self.sandbox.log_of(self.process.label)}") from error
        finally:
            connection.close()
        return response

    def begin_session(self, name, attributes):
        """Logs in at a backend. Returns the cookie that a browser would send."""
        response = self.request("POST", f"/login-{name}", json.dumps(attributes))
        cookie = response.getheader("Set-Cookie")
        if response.status != 200 or not cookie:
            raise BenchError(f"{name}: no session: {response.status}, Set-Cookie: {cookie}\n{self.sandbox.log_of(name)}")
        return cookie.split(";")[0]

    def verify(self, contender, cookie):
        """Verifies that a valid cookie passes with the user's name, and that a tampered one and no cookie get 401."""
        path = f"/{contender.name}"
        good = self.request("GET", path, cookie=cookie)
        bad, none = self.request("GET", path, cookie=tampered(cookie)), self.request("GET", path)
        found = (good.status, good.getheader("X-User"), bad.status, none.status)
        if found != (200, USER, 401, 401):
            raise BenchError(f"{contender.name} does not check: valid {found[0]} for {found[1]!r}, tampered {found[2]}, "
                             f"none {found[3]}\n{self.sandbox.log_of(contender.backend.name)}")


def tampered(cookie):
    """The cookie with one changed character in the middle of its value."""
    name, value = cookie.split("=", 1)
    at = len(value) // 2
    while value[at] in "%.:" or "%" in value[max(0, at - 2):at]:
        at += 1
    return f"{name}={value[:at]}{'a' if value[at] != 'a' else 'b'}{value[at + 1:]}"
