"""What every backend is to the harness."""


class Backend:
    """Something that answers nginx's question whose session a cookie belongs to. Started and ended through a Sandbox."""

    name = ""  # also the first part of nginx's names for it
    title = ""  # in tables
    options = ""  # how it is set up, in tables
    checks = True  # False: it looks at no cookie, so there is nothing to verify
    uses_redis = False
    # nginx's variable that holds the user's name after the question.
    identity = "$upstream_http_x_auth_request_user"

    def start(self, sandbox, redis):
        """Starts it, and returns when it listens. `redis` is the server that all share."""

    def pids(self):
        """Its processes; what they have started belongs to them."""
        return []

    def upstreams(self):
        """Text for nginx's http block."""
        return ""

    def ask(self, kept):
        """Text for the location that auth_request asks."""
        raise NotImplementedError

    def login(self):
        """Text for a location that begins a session from a POST of JSON; "" if log_in does not need one."""
        return ""

    def log_in(self, front, attributes):
        """A session with these attributes: the cookie as a browser would send it."""
        return front.begin_session(self.name, attributes)
