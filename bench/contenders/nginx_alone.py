"""nginx answers its own question: what auth_request costs when nobody is asked."""
from contenders.backend import Backend


class NginxAlone(Backend):
    name = "nginx"
    title = "nginx alone"
    options = "`auth_request` to a location that says `return 204`; nothing is checked"
    checks = False

    def ask(self, kept):
        return "return 204;"
