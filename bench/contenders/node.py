"""The common base of both applications on Node.js."""
import json
import os

from contenders.backend import Backend
from harness.sandbox import BenchError

PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")


class NodeApp(Backend):
    folder = ""  # of bench/contenders/peers and build/bench-peers
    processes = 1

    def settings(self, redis):
        """The settings for app.js, which it gets as JSON, without the socket to listen on."""
        return {}

    def start(self, sandbox, redis):
        modules = os.path.join(os.path.dirname(sandbox.build), "bench-peers", self.folder, "node_modules")
        if not os.path.isdir(modules):
            raise BenchError(f"{modules} is missing: `./dev bench` installs it")
        self.socket = sandbox.path(f"{self.name}.sock")
        settings = {"listen": self.socket, "processes": self.processes, **self.settings(redis)}
        # Node.js looks for packages beside the main script and in NODE_PATH.
        self.process = sandbox.start(self.name, "node", f"{PEERS}/{self.folder}/app.js", json.dumps(settings),
                                     env={"NODE_ENV": "production", "NODE_PATH": modules})
        sandbox.wait_until_listening(self.process, self.socket)

    def pids(self):
        return [self.process.pid]

    def upstreams(self):
        return f"""
  upstream {self.name} {{ server unix:{self.socket}; keepalive 1024; keepalive_requests 100000000; }}"""

    def auth_location(self, kept):
        return f"""proxy_pass http://{self.name}/check; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_pass_request_headers off; proxy_pass_request_body off; proxy_set_header Content-Length "";
      proxy_set_header Host $host; proxy_set_header Cookie $http_cookie;"""

    def login(self):
        return f"proxy_pass http://{self.name}/login; proxy_http_version 1.1; proxy_set_header Connection \"\";"
