"""One FastCGI request over a Unix socket, as nginx sends it."""
import os
import socket
import struct

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6
RESPONDER = 1


def record(kind, content=b""):
    return struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content


def pair(name, value):
    """A param; both of its texts have less than 128 bytes."""
    return bytes([len(name), len(value)]) + name.encode() + value.encode()


def request(params):
    encoded = b"".join(pair(name, value) for name, value in params.items())
    return record(BEGIN, struct.pack(">HB5x", RESPONDER, 0)) + record(PARAMS, encoded) + record(PARAMS) + record(STDIN)


def output(answer):
    """What the records of type STDOUT hold, together."""
    text = b""
    while len(answer) >= 8:
        _, kind, _, length, padding = struct.unpack(">BBHHBx", answer[:8])
        if kind == STDOUT:
            text += answer[8:8 + length]
        answer = answer[8 + length + padding:]
    return text.decode()


def ask(path, endpoint, timeout=10, **params):
    """The answer of that endpoint to those params: headers, an empty line, the body. Raises OSError if nobody listens there."""
    folder = os.open(os.path.dirname(path), os.O_PATH)
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout)
            # A socket's path has at most 107 bytes; through the open folder this one is short.
            connection.connect(f"/proc/self/fd/{folder}/{os.path.basename(path)}")
            connection.sendall(request({"GATEWAY_ENDPOINT": endpoint, "REQUEST_METHOD": "GET", **params}))
            answer = b""
            while part := connection.recv(65536):
                answer += part
    finally:
        os.close(folder)
    return output(answer)
