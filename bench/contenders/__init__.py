"""The contenders: one file for each kind of backend, and the list of the contenders that use them."""
from dataclasses import dataclass

from contenders.backend import Backend
from contenders.express import Express
from contenders.gateway import Gateway, GatewayAsInstalled
from contenders.lemonldap import LemonLdap
from contenders.lua_resty_session import LuaRestySession
from contenders.nginx_alone import NginxAlone
from contenders.null_responder import NullResponder
from contenders.php import Php
from contenders.session_store import SessionStore


LUA = {"lua-redis": "redis", "lua-cookie": "cookie"}  # the contenders that are lua-resty-session, and where they keep sessions


@dataclass
class Contender:
    """A backend with connections that nginx keeps open (`kept`) or not."""
    name: str
    backend: Backend
    kept: bool = False


def compared(options):
    """The contenders of the side-by-side comparison, in the order of the tables. Those of lua-resty-session need its files."""
    nothing, memory, redis, near = NullResponder(), Gateway("memory"), Gateway("redis"), Gateway("redis", "near", near_cache=True)
    return [
        Contender("nginx", NginxAlone()),
        Contender("nothing-kept", nothing, True),
        Contender("nothing-unkept", nothing),
        Contender("memory-kept", memory, True),
        Contender("memory-unkept", memory),
        Contender("redis-kept", redis, True),
        Contender("redis-unkept", redis),
        Contender("near-kept", near, True),
        Contender("memory-installed", GatewayAsInstalled("memory"), True),
        Contender("redis-installed", GatewayAsInstalled("redis"), True),
        *(Contender(name, LuaRestySession(name, storage, options.lua_resty_session), True) for name, storage in LUA.items()
          if options.lua_resty_session),
        Contender("express", Express("express"), True),
        Contender("express-notouch", Express("express-notouch", touch=False), True),
        Contender("express-cluster", Express("express-cluster", processes=2), True),
        Contender("express-memory", Express("express-memory", store="memory"), True),
        Contender("session-store", SessionStore(), True),
        Contender("php", Php("php")),
        Contender("php-tuned", Php("php-tuned", tuned=True)),
        Contender("lemonldap-cached", LemonLdap("lemonldap-cached", cached=True)),
        Contender("lemonldap-uncached", LemonLdap("lemonldap-uncached", cached=False)),
    ]
