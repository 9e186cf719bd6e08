"""session-gateway itself, with its shipped defaults."""
import os
import subprocess

from contenders.backend import Backend
from contenders.shipped import BehindShippedFiles, fastcgi_upstreams

STORES = {"memory": "sessions in memory", "redis": "sessions in Redis over a Unix socket, asked at every check"}
NEAR = " that finds no copy in the near cache (`max_bytes: 64MiB`)"


class Gateway(BehindShippedFiles):
    """`workers`: the number of worker threads. `max_kib`: the size limit of the memory store. `connections`: the limit on
    connections, if not the default. `under`: a command that runs the daemon, such as valgrind. `program`: another binary than the
    build's. `admin`: it has a socket for operators. `redis_port`: the port of loopback where it reaches Redis, instead of the Unix
    socket. `near_cache`: it keeps copies. `deadline`: of a question to Redis, if not the
    default. `rules`: how many rules it has; every session of the benchmark satisfies them. `durability`: sessions in memory have a file, with
    this `store.memory.durability`."""

    def __init__(self, store, name=None, workers=1, max_kib=None, connections=None, under=(), program=None, admin=False,
                 redis_port=None, near_cache=False, deadline=None, rules=0, durability=None):
        self.name = name or store
        self.store = store
        self.workers = workers
        self.max_kib = max_kib
        self.connections = connections
        self.under = under
        self.program = program
        self.admin = admin
        self.redis_port = redis_port
        self.near_cache = near_cache
        self.deadline = deadline
        self.rules = rules
        self.durability = durability
        self.uses_redis = store == "redis"
        self.title = f"session-gateway, {'Redis' if self.uses_redis else 'memory'}{', near cache' if near_cache else ''}"
        self.options = f"{workers} worker{'s' if workers > 1 else ''}; {STORES[store]}{NEAR if near_cache else ''}; otherwise the defaults, logs to a file"

    def redis_options(self, redis):
        url = f"redis://127.0.0.1:{self.redis_port}" if self.redis_port else f"unix://{redis.socket}"
        deadline = f", deadline: {self.deadline}" if self.deadline else ""
        return f"url: '{url}'{deadline}" + (", near_cache: { max_bytes: 64MiB }" if self.near_cache else "")

    def config(self, redis):
        options = f", redis: {{ {self.redis_options(redis)} }}" if self.uses_redis else ""
        memory = [f"max_bytes: {self.max_kib}KiB"] if self.max_kib else []
        if self.durability:
            memory += [f"file: '{self.sessions_file}'", f"durability: {self.durability}"]
        if memory:
            options = f", memory: {{ {', '.join(memory)} }}"
        limits = f"limits: {{ connections: {self.connections} }}" if self.connections else ""
        admin = f"admin: {{ unix: {self.admin_socket} }}" if self.admin else ""
        rules = "\n".join(["rules:"] * bool(self.rules) + [f"  rule-{n}: {{ /groups: {{ contains: admin }} }}" for n in range(self.rules)])
        return f"""
listen:
  - {{ unix: {self.socket}, mode: "0666" }}
  - {{ unix: {self.http_socket}, mode: "0666", protocol: http, serves: [auth, metrics] }}
store: {{ type: {self.store}{options} }}
workers: {self.workers}
{limits}
{admin}
{rules}
cookie: {{ name: session, secure: false }}
salt: {{ value: "a salt for the benchmark, 32 bytes or so" }}
keys: [ {{ id: k1, value: "a key for the benchmark, 32 bytes or more" }} ]
"""

    def start(self, sandbox, redis, seconds=20):
        """`seconds`: the time within which it must listen."""
        self.socket = sandbox.path(f"{self.name}.sock")
        self.http_socket = sandbox.path(f"{self.name}-http.sock")
        self.admin_socket = sandbox.path(f"{self.name}-admin.sock")
        self.sessions_file = sandbox.path(f"{self.name}-sessions.db")
        config = sandbox.write(f"{self.name}.yaml", self.config(redis))
        self.process = sandbox.start(self.name, *self.under, self.program or f"{sandbox.build}/session-gateway", "serve", "--config",
                                     config)
        sandbox.wait_until_listening(self.process, self.socket, seconds)

    def pids(self):
        return [self.process.pid]

    def login(self):
        return f"""fastcgi_pass {self.name}; fastcgi_keep_conn on; client_max_body_size 1m; client_body_buffer_size 256k;
      fastcgi_param GATEWAY_ENDPOINT session; fastcgi_param GATEWAY_ALLOW set;
      fastcgi_param REQUEST_METHOD $request_method; fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param HTTP_HOST $host; fastcgi_buffers 32 8k;"""

    def log_in(self, front, attributes):
        return front.begin_session(self.name, {"set": attributes})


class GatewayAsInstalled(Gateway):
    """The gateway behind an nginx of its own, with the files that `session-gateway nginx` writes, as a user includes them."""

    alone = True

    def __init__(self, store):
        super().__init__(store, name=f"{store}-installed")
        self.options = "the same, behind an nginx of its own with the files that `session-gateway nginx` has written for it"

    def start(self, sandbox, redis, seconds=20):
        super().start(sandbox, redis, seconds)
        self.files = sandbox.path(f"{self.name}-nginx")
        os.mkdir(self.files)
        subprocess.run([f"{sandbox.build}/session-gateway", "nginx", "--config", sandbox.path(f"{self.name}.yaml"), "--output", self.files],
                       check=True, stdout=subprocess.DEVNULL)

    def file(self, name):
        return f"include {self.files}/session-gateway-{name}.conf;"

    def upstreams(self):
        return f"{self.file('upstream')} {self.file('http')}"

    def protected(self, contender, variable):
        return f"""{self.file("server")}
    location = /{contender.name} {{ {self.file("protect")} add_header X-User $session_user; empty_gif; }}"""

    def login(self):
        return f"fastcgi_param GATEWAY_ALLOW set; {self.file('session')}"


class GatewayByHand(Gateway):
    """The gateway with as few lines of nginx as a check needs, by FastCGI (`protocol` "fastcgi") or by HTTP, so that the two
    can be compared: the shipped files are for FastCGI."""

    def __init__(self, store, protocol):
        super().__init__(store, name=f"{store}-{protocol}")
        self.protocol = protocol

    def upstreams(self):
        return fastcgi_upstreams(self.name, self.socket) + f"""
  upstream {self.name}_http {{ server unix:{self.http_socket}; keepalive 1024; keepalive_requests 100000000; }}"""

    def protected(self, contender, variable):
        return Backend.protected(self, contender, variable)

    def auth_location(self, kept):
        if self.protocol == "fastcgi":
            return super().auth_location(kept)
        return f"""proxy_pass http://{self.name}_http/auth/login; proxy_http_version 1.1; proxy_method GET;
      proxy_pass_request_headers off; proxy_pass_request_body off;
      proxy_set_header Connection ""; proxy_set_header Content-Length ""; proxy_set_header Cookie $http_cookie;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_buffer_size 48k; proxy_buffers 4 48k;"""
