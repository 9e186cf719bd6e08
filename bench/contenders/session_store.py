"""The npm package session-store, the gateway's ancestor."""
from contenders.node import NodeApp


class SessionStore(NodeApp):
    name = "session-store"
    title = "npm session-store"
    folder = "session-store"
    uses_redis = True
    options = ("one process; `NODE_ENV=production`; its RedisStore over TCP, the only way it knows; defaults; "
               "`proxy_pass` with `keepalive`; its cookie is not signed")

    def settings(self, redis):
        return {"port": redis.port}
