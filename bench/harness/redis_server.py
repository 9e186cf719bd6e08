"""The Redis server that all contenders share. It saves nothing to disk, and listens on a Unix socket and on loopback."""
import re
import subprocess

from harness.sandbox import BenchError, free_port


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

    def command(self, *words):
        """Runs a command with redis-cli. Returns its output."""
        done = subprocess.run(["redis-cli", "-s", self.socket, *words], capture_output=True, text=True)
        if done.returncode != 0 or done.stdout.startswith("ERR"):
            raise BenchError(f"redis-cli {' '.join(words)}: {done.stderr or done.stdout}")
        return done.stdout

    def used_memory(self):
        """The bytes that its data and their bookkeeping take."""
        return int(re.search(r"^used_memory:(\d+)", self.command("INFO", "memory"), re.M).group(1))
