"""The Redis that all stacks share: nothing is saved to disk, and it listens on a Unix socket and on loopback."""
from harness.desk import free_port


class RedisServer:
    def __init__(self, desk):
        self.socket, self.port = desk.path("redis-server.sock"), free_port()
        config = desk.write("redis-server.conf", f"""
bind 127.0.0.1
port {self.port}
unixsocket {self.socket}
save ""
appendonly no
maxmemory-policy noeviction
""")
        self.process = desk.start("redis-server", "redis-server", config)
        desk.wait_until_listening(self.process, self.socket)

    def pids(self):
        return [self.process.pid]
