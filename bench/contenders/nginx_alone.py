"""nginx answers the auth request itself: the cost of auth_request without a backend."""
from contenders.backend import Backend


class NginxAlone(Backend):
    name = "nginx"
    title = "nginx alone"
    options = "`auth_request` to a location that says `return 204`; nothing is checked"
    checks = False

    def auth_location(self, kept):
        return "return 204;"
