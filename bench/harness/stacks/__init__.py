"""What is measured: one file for each kind of backend, and the list of stacks that are made of them."""
from dataclasses import dataclass

from harness.stacks.backend import Backend
from harness.stacks.express import Express
from harness.stacks.gateway import Gateway
from harness.stacks.lemonldap import LemonLdap
from harness.stacks.nginx_alone import NginxAlone
from harness.stacks.nothing import Nothing
from harness.stacks.php import Php
from harness.stacks.session_store import SessionStore


@dataclass
class Stack:
    """A backend, and whether nginx keeps its connections to it."""
    name: str
    backend: Backend
    kept: bool = False


def compared():
    """Every stack of the side-by-side comparison, in the order of the tables."""
    nothing, memory, redis = Nothing(), Gateway("memory"), Gateway("redis")
    return [
        Stack("nginx", NginxAlone()),
        Stack("nothing-kept", nothing, True),
        Stack("nothing-unkept", nothing),
        Stack("memory-kept", memory, True),
        Stack("memory-unkept", memory),
        Stack("redis-kept", redis, True),
        Stack("redis-unkept", redis),
        Stack("express", Express("express"), True),
        Stack("express-notouch", Express("express-notouch", touch=False), True),
        Stack("express-cluster", Express("express-cluster", processes=2), True),
        Stack("express-memory", Express("express-memory", store="memory"), True),
        Stack("session-store", SessionStore(), True),
        Stack("php", Php("php")),
        Stack("php-tuned", Php("php-tuned", tuned=True)),
        Stack("lemonldap-cached", LemonLdap("lemonldap-cached", cached=True)),
        Stack("lemonldap-uncached", LemonLdap("lemonldap-uncached", cached=False)),
    ]
