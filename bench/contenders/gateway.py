"""session-gateway itself, with its shipped defaults."""
import os
import re

from contenders.backend import Backend

CONF = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "conf", "nginx")
STORES = {"memory": "sessions in memory", "redis": "sessions in Redis over a Unix socket, asked at every check"}


def fastcgi_upstreams(name, socket):
    return f"""
  upstream {name} {{ server unix:{socket}; keepalive 1024; keepalive_requests 100000000; }}
  upstream {name}_unkept {{ server unix:{socket}; }}"""


def fastcgi_auth_location(name, kept):
    """The directives of the auth location in conf/nginx/session-gateway-server.conf, for a location that requires a login."""
    keep = "fastcgi_keep_conn on; fastcgi_store /dev/null/none;" if kept else ""
    return f"""fastcgi_pass {name if kept else name + '_unkept'}; {keep}
      fastcgi_pass_request_headers off; fastcgi_pass_request_body off; fastcgi_param CONTENT_LENGTH "";
      fastcgi_param GATEWAY_ENDPOINT auth; fastcgi_param GATEWAY_REQUIRE ",login,";
      fastcgi_param HTTP_COOKIE $http_cookie if_not_empty; fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param REMOTE_ADDR $remote_addr; fastcgi_param REQUEST_ID $request_id;
      fastcgi_buffer_size 48k; fastcgi_buffers 4 48k;"""


def own_name(name):
    return re.sub(r"\W", "_", name)


def shipped(file, name):
    """The lines of a file of conf/nginx, in which everything that nginx knows by a name has a name of this contender's own."""
    with open(os.path.join(CONF, f"session-gateway-{file}.conf")) as f:
        text = f.read()
    own = own_name(name)
    return re.sub(r"\bsession_(?=[a-z0-9])", f"{own}_session_", text).replace("/_session/", f"/_{own}/")


class Gateway(Backend):
    """`workers`: the number of worker threads. `max_kib`: the size limit of the memory store. `connections`: the limit on
    connections, if not the default. `under`: a command that runs the daemon, such as valgrind. `program`: another binary than the
    build's. `admin`: it has a socket for operators."""

    def __init__(self, store, name=None, workers=1, max_kib=None, connections=None, under=(), program=None, admin=False):
        self.name = name or store
        self.store = store
        self.workers = workers
        self.max_kib = max_kib
        self.connections = connections
        self.under = under
        self.program = program
        self.admin = admin
        self.uses_redis = store == "redis"
        self.title = f"session-gateway, {'Redis' if self.uses_redis else 'memory'}"
        self.options = f"{workers} worker{'s' if workers > 1 else ''}; {STORES[store]}; otherwise the defaults, logs to a file"

    def config(self, redis):
        options = f", redis: {{ url: 'unix://{redis.socket}' }}" if self.uses_redis else ""
        if self.max_kib:
            options = f", memory: {{ max_bytes: {self.max_kib}KiB }}"
        limits = f"limits: {{ connections: {self.connections} }}" if self.connections else ""
        admin = f"admin: {{ unix: {self.admin_socket} }}" if self.admin else ""
        return f"""
listen:
  - {{ unix: {self.socket}, mode: "0666" }}
  - {{ unix: {self.http_socket}, mode: "0666", protocol: http, serves: [auth] }}
store: {{ type: {self.store}{options} }}
workers: {self.workers}
{limits}
{admin}
cookie: {{ name: session, secure: false }}
salt: {{ value: "a salt for the benchmark, 32 bytes or so" }}
keys: [ {{ id: k1, value: "a key for the benchmark, 32 bytes or more" }} ]
"""

    def start(self, sandbox, redis, seconds=20):
        """`seconds`: the time within which it must listen."""
        self.socket = sandbox.path(f"{self.name}.sock")
        self.http_socket = sandbox.path(f"{self.name}-http.sock")
        self.admin_socket = sandbox.path(f"{self.name}-admin.sock")
        config = sandbox.write(f"{self.name}.yaml", self.config(redis))
        self.process = sandbox.start(self.name, *self.under, self.program or f"{sandbox.build}/session-gateway", "serve", "--config",
                                     config)
        sandbox.wait_until_listening(self.process, self.socket, seconds)

    def pids(self):
        return [self.process.pid]

    def upstreams(self):
        """Those of the shipped files, and those for a check without them, on a connection of its own."""
        upstream = re.sub(r"server unix:[^;]*;", f"server unix:{self.socket};", shipped("upstream", self.name))
        return upstream + shipped("http", self.name) + fastcgi_upstreams(self.name, self.socket)

    def protected(self, contender, variable):
        """With the shipped files, unless the connection of a check is not to be kept, which they always do."""
        if not contender.kept:
            return super().protected(contender, variable)
        return f"""
{shipped("server", self.name)}
    location = /{contender.name} {{
{shipped("protect", self.name)}
      add_header X-User ${own_name(self.name)}_session_user; empty_gif; }}"""

    def auth_location(self, kept):
        return fastcgi_auth_location(self.name, kept)

    def login(self):
        return f"""fastcgi_pass {self.name}; fastcgi_keep_conn on; client_max_body_size 1m; client_body_buffer_size 256k;
      fastcgi_param GATEWAY_ENDPOINT session; fastcgi_param GATEWAY_ALLOW set;
      fastcgi_param REQUEST_METHOD $request_method; fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param HTTP_HOST $host; fastcgi_buffers 32 8k;"""

    def log_in(self, front, attributes):
        return front.begin_session(self.name, {"set": attributes})


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
      proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Request-Id $request_id;
      proxy_buffer_size 48k; proxy_buffers 4 48k;"""
