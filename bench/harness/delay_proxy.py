"""Runs bench/harness/delay_proxy.cpp, which puts a server far away."""
from harness.sandbox import free_port

MICROSECONDS = 250  # each way


class DelayProxy:
    """A proxy in front of a port of loopback. `port` is its own."""

    def __init__(self, sandbox, server_port):
        self.port = free_port()
        self.process = sandbox.start("delay-proxy", f"{sandbox.build}/bench/delay-proxy", str(self.port), str(server_port),
                                     str(MICROSECONDS))
        sandbox.wait_until_listening(self.process, self.port)
