"""FastCGI records as nginx sends them (FastCGI 1.0 specification, section 3.3), for clients without an nginx."""
import struct

BEGIN_REQUEST, END_REQUEST, PARAMS, STDIN = 1, 3, 4, 5
RESPONDER, KEEP_CONN = 1, 1
REQUEST_ID = 1


def record(kind, content=b""):
    return struct.pack("!BBHHBB", 1, kind, REQUEST_ID, len(content), 0, 0) + content


def length(text):
    """Encodes a length: one byte below 128, else four bytes with the highest bit set."""
    return bytes([len(text)]) if len(text) < 128 else struct.pack("!I", len(text) | 1 << 31)


def request(params, body=b""):
    """A request after which the connection stays open. `params`: {name: value}; `body`: at most 65,535 bytes."""
    pairs = [(name.encode(), value.encode()) for name, value in params.items()]
    encoded = b"".join(length(name) + length(value) + name + value for name, value in pairs)
    return (record(BEGIN_REQUEST, struct.pack("!HB5x", RESPONDER, KEEP_CONN)) + record(PARAMS, encoded) + record(PARAMS)
            + (record(STDIN, body) if body else b"") + record(STDIN))


def receive(connection):
    """Returns all bytes of the response to the request in flight, up to its END_REQUEST record. Raises ConnectionError if
    the peer closes the connection before."""
    answer = b""
    while len(answer) < 16 or answer[-16:-14] != bytes([1, END_REQUEST]):
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError("the connection was closed before the answer was whole")
        answer += piece
    return answer
