"""The reference: a FastCGI responder that does nothing (bench/do_nothing.cpp)."""
from harness.stacks.backend import Backend
from harness.stacks.gateway import fastcgi_ask, fastcgi_upstreams


class Nothing(Backend):
    name = "nothing"
    title = "do-nothing FastCGI responder"
    options = "one thread, epoll, one constant 204; nothing is checked"
    checks = False

    def start(self, desk, redis):
        self.socket = desk.path("nothing.sock")
        self.process = desk.start(self.name, f"{desk.build}/bench/do-nothing", self.socket)
        desk.wait_until_listening(self.process, self.socket)

    def pids(self):
        return [self.process.pid]

    def upstreams(self):
        return fastcgi_upstreams(self.name, self.socket)

    def ask(self, kept):
        return fastcgi_ask(self.name, kept)
