"""The reference: a FastCGI responder that does nothing (bench/contenders/null_responder.cpp)."""
from contenders.backend import Backend
from contenders.gateway import fastcgi_auth_location, fastcgi_upstreams


class NullResponder(Backend):
    name = "nothing"
    title = "do-nothing FastCGI responder"
    options = "one thread, epoll, one constant 204; nothing is checked"
    checks = False

    def start(self, sandbox, redis):
        self.socket = sandbox.path("nothing.sock")
        self.process = sandbox.start(self.name, f"{sandbox.build}/bench/null-responder", self.socket)
        sandbox.wait_until_listening(self.process, self.socket)

    def pids(self):
        return [self.process.pid]

    def upstreams(self):
        return fastcgi_upstreams(self.name, self.socket)

    def auth_location(self, kept):
        return fastcgi_auth_location(self.name, kept)
