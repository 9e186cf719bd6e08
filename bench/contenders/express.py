"""express-session with connect-redis, or with its own MemoryStore."""
from contenders.node import NodeApp


class Express(NodeApp):
    """`touch`: each request extends the session in Redis, which is the default of connect-redis."""

    folder = "express"

    def __init__(self, name, store="redis", touch=True, processes=1):
        self.name, self.store, self.touch, self.processes = name, store, touch, processes
        self.uses_redis = store == "redis"
        self.title = "express-session, its MemoryStore" if store == "memory" else "express-session + connect-redis"
        parts = ["a cluster of 2 processes" if processes > 1 else "one process", "`NODE_ENV=production`",
                 "`resave: false`, `saveUninitialized: false`", "`proxy_pass` with `keepalive`"]
        if store == "redis":
            parts.insert(1, "Redis over a Unix socket" + ("" if touch else ", `disableTouch: true`"))
        self.options = "; ".join(parts)

    def settings(self, redis):
        return {"redis": redis.socket if self.uses_redis else None, "touch": self.touch}
