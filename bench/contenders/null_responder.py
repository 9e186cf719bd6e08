"""The reference: a FastCGI responder that does nothing (bench/contenders/null_responder.cpp)."""
from contenders.shipped import BehindShippedFiles


class NullResponder(BehindShippedFiles):
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
