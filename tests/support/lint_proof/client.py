"""Requests over kept connections, several written before the first answer is read: hundreds of thousands would take long else."""
import asyncio

WRITTEN_AHEAD = 16
LAST = ("Content-Length:", "Connection: close")  # an announced body never comes: nginx must refuse it before
PATIENCE = 30  # seconds; more than the slowest machine needs for one answer


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        return next((value for key, value in self.headers if key == name), "")


NONE = Answer(0, [], "")  # nginx closed the connection without a word


class Request:
    """`raw` is all that is written. The last one of a connection if the connection can't be used after its answer."""

    def __init__(self, method, target, headers=(), body="", version="HTTP/1.1", host="site.test"):
        lines = [f"{method} {target} {version}".strip()]
        if host:
            lines.append(f"Host: {host}")
        lines += headers
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self.method, self.target, self.headers, self.body, self.host = method, target, list(headers), body, host
        self.raw = ("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1")
        self.version = version
        self.last = version != "HTTP/1.1" or not host or any(line.startswith(LAST) for line in headers)

    def text(self):
        words = [self.method, self.target, *(f"[{line}]" for line in self.headers)]
        return " ".join(words) + (f" {self.body}" if self.body else "")


async def read_answer(reader, request):
    if not request.version:  # HTTP/0.9: a body without a head
        return Answer(200, [("connection", "close")], (await reader.read()).decode("latin-1"))
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split(" ")[1])
    headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in head[1:] if line)]
    values = dict(headers)
    if request.method == "HEAD" or status in (204, 304) or status < 200:
        body = b""
    elif "chunked" in values.get("transfer-encoding", ""):
        body = b""
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readuntil(b"\r\n")
    elif "content-length" in values:
        body = await reader.readexactly(int(values["content-length"]))
    else:
        body = await reader.read()
    return Answer(status, headers, body.decode("latin-1"))


async def ask_on_one(connect, requests):
    """The answers to the first of these requests, as many as one connection brings."""
    reader, writer = await connect()
    answers = []
    try:
        ahead = WRITTEN_AHEAD
        for at, request in enumerate(requests[:WRITTEN_AHEAD]):
            if request.last:
                ahead = at + 1
                break
        batch = requests[:ahead]
        writer.write(b"".join(request.raw for request in batch))
        for request in batch:
            try:
                answer = await asyncio.wait_for(read_answer(reader, request), PATIENCE)
            except TimeoutError:
                raise RuntimeError(f"no answer in {PATIENCE} s: {request.raw[:300]}") from None
            answers.append(answer)
            if answer.header("connection") == "close":
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    except (ValueError, IndexError):  # no answer of HTTP/1.1: some modules send a body after HEAD
        answers.append(NONE)
    finally:
        writer.close()
    return answers


async def ask(connect, requests):
    """The answer to each request, in their order."""
    answers = []
    while len(answers) < len(requests):
        some = await ask_on_one(connect, requests[len(answers):])
        answers += some or [NONE]
    return answers
