"""Logins, checks and logouts at a gateway, by FastCGI and without an nginx."""
import json
import re
import socket

from harness import fastcgi
from harness.sandbox import BenchError


def check_request(cookie, rules=0):
    """The request of a check, with the params of conf/nginx/session-gateway-server.conf. It also requires so many rules."""
    required = "".join(f"rule-{n}," for n in range(rules))
    return fastcgi.request({"CONTENT_LENGTH": "", "GATEWAY_ENDPOINT": "auth", "GATEWAY_REQUIRE": f",login,{required}",
                            "HTTP_COOKIE": cookie, "REQUEST_METHOD": "GET", "REMOTE_ADDR": "127.0.0.1",
                            "REQUEST_ID": "0123456789abcdef0123456789abcdef"})


class Client:
    """One kept connection. `with` closes it."""

    def __init__(self, path):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(60)
        self.connection.connect(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self, request):
        """Sends a request. Returns all bytes of the response."""
        self.connection.sendall(request)
        return fastcgi.receive(self.connection)

    def log_in(self, attributes):
        """Creates a session and returns its cookie as NAME=VALUE."""
        body = json.dumps({"set": attributes}).encode()
        answer = self.ask(fastcgi.request({"GATEWAY_ENDPOINT": "session", "GATEWAY_ALLOW": "set", "REQUEST_METHOD": "POST",
                                           "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/json"}, body))
        cookie = re.search(rb"\r\nSet-Cookie: ([^;\r]*)", answer)
        if not cookie:
            raise BenchError(f"no session: {answer!r}")
        return cookie[1].decode()

    def check(self, cookie):
        """True if a session passes, False for 401."""
        answer = self.ask(check_request(cookie))
        if b"Status: 204 " in answer:
            return True
        if b"Status: 401 " in answer:
            return False
        raise BenchError(f"a check is answered {answer!r}")

    def destroy(self, cookie):
        answer = self.ask(fastcgi.request({"GATEWAY_ENDPOINT": "session", "GATEWAY_ALLOW": "destroy", "REQUEST_METHOD": "DELETE",
                                           "CONTENT_LENGTH": "", "HTTP_COOKIE": cookie}))
        if b"Status: 204 " not in answer:
            raise BenchError(f"a destroy is answered {answer!r}")
