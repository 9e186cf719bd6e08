"""HTTP/1.1 as a front speaks it to the gateway, for clients without an nginx."""
import re


def request(path, headers):
    """A GET after which the connection stays open. `headers`: {name: value}."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()


def receive(connection):
    """Returns all bytes of the response to the request in flight. Raises ConnectionError if the peer closes the connection
    before. REQUIRES: the response says its Content-Length."""
    answer = b""
    while True:
        head, end, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"\r\ncontent-length: (\d+)", head.lower()) if end else None
        if length and len(body) >= int(length[1]):
            return answer
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError("the connection was closed before the answer was whole")
        answer += piece
