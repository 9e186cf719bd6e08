"""A client of the endpoint admin on the gateway's own socket, as operators' programs are."""
import http.client
import json
import socket
import urllib.parse

from harness.sandbox import BenchError

TIMEOUT = 60  # seconds
PAGE = 1000  # sessions: the most that a page has


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=TIMEOUT)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class AdminClient:
    """One connection that stays open. Not thread-safe."""

    def __init__(self, path):
        self.connection = UnixConnection(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self, method, target, **query):
        """Sends a request. Returns the members of the answer, which must be a success."""
        self.connection.request(method, f"{target}?{urllib.parse.urlencode(query)}")
        response = self.connection.getresponse()
        body = response.read()
        if response.status not in (200, 202):
            raise BenchError(f"admin: {method} {target} is answered with {response.status}: {body[:300]}")
        return json.loads(body)

    def pages(self, **query):
        """Yields the sessions of each page of a list."""
        cursor = {}
        while cursor is not None:
            answer = self.ask("GET", "/sessions", limit=PAGE, **query, **cursor)
            yield answer["sessions"]
            cursor = {"cursor": answer["cursor"]} if "cursor" in answer else None

    def end(self, subject):
        """Ends all sessions of a subject. Returns how many have ended."""
        ended, cursor = 0, {}
        while cursor is not None:
            answer = self.ask("DELETE", "/sessions", subject=subject, **cursor)
            ended += answer["ended"]
            cursor = {"cursor": answer["cursor"]} if "cursor" in answer else None
        return ended
