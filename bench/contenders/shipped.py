"""The files of conf/nginx in front of a responder, and the fewest lines that a check needs."""
import os
import re

from contenders.backend import Backend

CONF = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "conf", "nginx")


def fastcgi_upstreams(name, socket):
    return f"""
  upstream {name} {{ server unix:{socket}; keepalive 1024; keepalive_requests 100000000; }}
  upstream {name}_unkept {{ server unix:{socket}; }}"""


def fastcgi_auth_location(name, kept):
    """The directives of the auth location in conf/nginx/session-gateway-server.conf, for a location that requires a login."""
    keep = "fastcgi_keep_conn on; fastcgi_store /dev/null/none;" if kept else ""
    return f"""fastcgi_pass {name if kept else name + '_unkept'}; {keep}
      fastcgi_pass_request_headers off; fastcgi_pass_request_body off; fastcgi_param CONTENT_LENGTH "";
      fastcgi_param GATEWAY_ENDPOINT auth; fastcgi_param GATEWAY_REQUIRE ",login,";
      fastcgi_param HTTP_COOKIE $http_cookie if_not_empty; fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param REMOTE_ADDR $remote_addr;
      fastcgi_buffer_size 48k; fastcgi_buffers 4 48k;"""


def own_name(name):
    return re.sub(r"\W", "_", name)


def shipped(file, name):
    """The lines of a file of conf/nginx, in which everything that nginx knows by a name has a name of this contender's own."""
    with open(os.path.join(CONF, f"session-gateway-{file}.conf")) as f:
        text = f.read()
    own = own_name(name)
    return re.sub(r"\bsession_(?=[a-z0-9])", f"{own}_session_", text).replace("/_session/", f"/_{own}/")


class BehindShippedFiles(Backend):
    """A FastCGI responder on self.socket, which nginx asks by the files of conf/nginx if the connection of a check is kept, as they
    always do, and by the fewest lines if it is not."""

    def upstreams(self):
        """Those of the shipped files, and those for a check without them, on a connection of its own."""
        upstream = re.sub(r"server unix:[^;]*;", f"server unix:{self.socket};", shipped("upstream", self.name))
        return upstream + shipped("http", self.name) + fastcgi_upstreams(self.name, self.socket)

    def protected(self, contender, variable):
        if not contender.kept:
            return super().protected(contender, variable)
        return f"""
{shipped("server", self.name)}
    location = /{contender.name} {{
{shipped("protect", self.name)}
      add_header X-User ${own_name(self.name)}_session_user; empty_gif; }}"""

    def auth_location(self, kept):
        return fastcgi_auth_location(self.name, kept)
