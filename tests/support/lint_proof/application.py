"""The applications behind nginx: they answer every request with what they received, and note it. HTTP, FastCGI and uwsgi."""
import asyncio
import struct
from collections import defaultdict

LOGIN = "/_login/"  # with an entry of LOGINS behind it, at the end of an address: the application logs that user in
LOGINS = {
    "visitor": '{"theme":"dark"}',
    "bob": '{"user":"bob","groups":["staff"],"banned":true}',
    "alice": '{"user":"alice","groups":["admin"]}',
}


class Received:
    """One request as an application received it. `headers` has what came from headers, with names in lower case."""

    def __init__(self, program, uris, headers):
        self.program, self.uris, self.headers = program, uris, headers

    def values(self, name):
        """All values of a header, whatever the client has put for the hyphens."""
        return [value for key, value in self.headers if key.replace("_", "-") == name]

    def first(self, name):
        return (self.values(name) or [""])[0]

    def block(self):
        """The request as text: what the client is told, and what parse_blocks() reads again."""
        lines = [f":uri {uri}" for uri in self.uris] + [f"{name}: {value}" for name, value in self.headers]
        return "\n[[" + self.program + "\n" + "\n".join(lines) + "\n]]\n"


def parse_blocks(text):
    """The requests that a body tells of, in parts of it or as the whole."""
    for part in text.split("\n[[")[1:]:
        lines = part.split("\n]]")[0].split("\n")
        uris = [line[5:] for line in lines if line.startswith(":uri ")]
        yield Received(lines[0], uris, [tuple(line.split(": ", 1)) for line in lines[1:] if ": " in line])


class Applications:
    """`noted` has what they received, by the X-Probe header of the request."""

    def __init__(self, directory):
        self.directory = directory
        self.noted = defaultdict(list)
        self.servers = []

    async def start(self):
        loop = asyncio.get_running_loop()
        for name, protocol in (("app", Http), ("other", Http), ("app_fastcgi", FastCgi), ("app_uwsgi", Uwsgi)):
            factory = lambda name=name, protocol=protocol: protocol(self, name)
            self.servers.append(await loop.create_unix_server(factory, f"{self.directory}/{name}.sock"))

    def answer(self, received):
        """(status, further headers, body). The status is what the address asks for: ?status=404."""
        self.noted[received.first("x-probe")].append(received)
        uri = received.uris[0] if received.uris else ""
        _, _, user = uri.partition(LOGIN)
        if user:
            session = LOGINS.get(user.split("?")[0], "{}")
            return "200", [("X-Accel-Redirect", "/_session/commit"), ("X-Session-Set", session)], ""
        headers = [("Content-Type", "text/html")]
        _, _, status = uri.partition("status=")
        _, _, elsewhere = uri.partition("accel=")
        if elsewhere:
            headers.append(("X-Accel-Redirect", elsewhere.split("&")[0]))
        return status[:3] if status[:3].isdigit() else "200", headers, received.block()


class Protocol(asyncio.Protocol):
    def __init__(self, applications, program):
        self.applications, self.program, self.buffer = applications, program, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        while self.buffer and self.serve():
            pass

    def answered(self, uris, headers):
        """Status, head and body, the head without the line of the status."""
        received = Received(self.program, uris, headers)
        status, more, body = self.applications.answer(received)
        encoded = body.encode("latin-1", "replace")
        more.append(("Content-Length", str(len(encoded))))
        return status, "".join(f"{name}: {value}\r\n" for name, value in more).encode("latin-1"), encoded


class Http(Protocol):
    def serve(self):
        head, end, _ = self.buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        lines = head.decode("latin-1").split("\r\n")
        headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
        self.buffer = b""  # a body is not waited for: a check may announce one that never comes
        words = lines[0].split(" ")
        status, more, body = self.answered([words[1] if len(words) > 1 else ""], headers)
        self.transport.write(f"HTTP/1.1 {status} Said\r\nConnection: close\r\n".encode() + more + b"\r\n" + body)
        self.transport.close()
        return False


def of_params(params):
    """(addresses, headers) of CGI's params. An application of that kind goes by what the client has asked for."""
    uris = [value for name, value in params if name == "REQUEST_URI"] or [
        value for name, value in params if name in ("DOCUMENT_URI", "PATH_INFO", "SCRIPT_NAME")]
    headers = [(name[5:].lower(), value) for name, value in params if name.startswith("HTTP_")]
    headers += [(":" + name.lower(), value) for name, value in params if name in ("SCRIPT_FILENAME", "REMOTE_USER")]
    return uris, headers


class FastCgi(Protocol):
    PARAMS, STDIN, STDOUT, END = 4, 5, 6, 3
    params = b""

    def serve(self):
        if len(self.buffer) < 8:
            return False
        _, kind, number, length, padding = struct.unpack(">BBHHBx", self.buffer[:8])
        if len(self.buffer) < 8 + length + padding:
            return False
        content, self.buffer = self.buffer[8:8 + length], self.buffer[8 + length + padding:]
        if kind == self.PARAMS:
            self.params += content
        elif kind == self.STDIN and not content:
            status, more, body = self.answered(*of_params(list(pairs(self.params))))
            text = f"Status: {status}\r\n".encode() + more + b"\r\n" + body
            for at in range(0, len(text), 65000):
                self.record(self.STDOUT, number, text[at:at + 65000])
            self.record(self.STDOUT, number, b"")
            self.record(self.END, number, b"\0" * 8)
            self.transport.close()
        return True

    def record(self, kind, number, content):
        self.transport.write(struct.pack(">BBHHBx", 1, kind, number, len(content), 0) + content)


def pairs(encoded):
    at = 0

    def length():
        nonlocal at
        if encoded[at] < 128:
            at += 1
            return encoded[at - 1]
        at += 4
        return struct.unpack(">I", encoded[at - 4:at])[0] & 0x7fffffff

    while at < len(encoded):
        name, value = length(), length()
        yield encoded[at:at + name].decode("latin-1"), encoded[at + name:at + name + value].decode("latin-1")
        at += name + value


class Uwsgi(Protocol):
    def serve(self):
        if len(self.buffer) < 4:
            return False
        size = struct.unpack("<xHx", self.buffer[:4])[0]
        if len(self.buffer) < 4 + size:
            return False
        encoded, at, params = self.buffer[4:4 + size], 0, []
        while at < size:
            words = []
            for _ in range(2):
                length = struct.unpack("<H", encoded[at:at + 2])[0]
                words.append(encoded[at + 2:at + 2 + length].decode("latin-1"))
                at += 2 + length
            params.append(tuple(words))
        status, more, body = self.answered(*of_params(params))
        self.transport.write(f"HTTP/1.1 {status} Said\r\n".encode() + more + b"\r\n" + body)
        self.transport.close()
        return False
