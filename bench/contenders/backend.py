"""The interface of a backend to the harness."""


class Backend:
    """A server that answers auth requests: whose session does a cookie belong to? A Sandbox starts and ends it."""

    name = ""  # also the prefix of its names in nginx's configuration
    title = ""  # for tables
    options = ""  # how it is set up, for tables
    checks = True  # False: it reads no cookie, so there is nothing to verify
    uses_redis = False
    alone = False  # True: it has an nginx of its own, which asks no other backend
    # nginx's variable that holds the user's name after an auth request.
    identity = "$upstream_http_x_auth_request_user"

    def start(self, sandbox, redis):
        """Starts the backend, and returns when it listens. `redis` is the server that all backends share."""

    def pids(self):
        """The pids of its processes, without their descendants."""
        return []

    def modules(self):
        """Directives for the beginning of nginx's configuration."""
        return ""

    def upstreams(self):
        """Directives for nginx's http block."""
        return ""

    def auth_location(self, kept):
        """Directives for the location that answers auth_request."""
        raise NotImplementedError

    def protected(self, contender, variable):
        """Directives for nginx's server block: the contender's protected location, which holds an empty GIF and tells in
        X-User who the user is. `variable`: a name for that."""
        return f"""
    location = /auth-{contender.name} {{ internal; {self.auth_location(contender.kept)} }}
    location = /{contender.name} {{ auth_request /auth-{contender.name}; auth_request_set {variable} {self.identity};
      add_header X-User {variable}; empty_gif; }}"""

    def login(self):
        """Directives for a location that creates a session from a POST of JSON; "" if log_in() needs none."""
        return ""

    def log_in(self, front, attributes):
        """Creates a session with these attributes. Returns the cookie as a browser would send it."""
        return front.begin_session(self.name, attributes)
