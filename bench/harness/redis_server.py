"""The Redis server that all contenders share. It saves nothing to disk, and listens on a Unix socket and on loopback."""
from harness.sandbox import free_port


class RedisServer:
    def __init__(self, sandbox):
        self.socket, self.port = sandbox.path("redis-server.sock"), free_port()
        config = sandbox.write("redis-server.conf", f"""
bind 127.0.0.1
port {self.port}
unixsocket {self.socket}
save ""
appendonly no
maxmemory-policy noeviction
""")
        self.process = sandbox.start("redis-server", "redis-server", config)
        sandbox.wait_until_listening(self.process, self.socket)

    def pids(self):
        return [self.process.pid]
