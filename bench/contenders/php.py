"""php-fpm with the session handler of phpredis."""
import glob
import os

from contenders.backend import Backend
from harness.sandbox import BenchError

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "php")
SHIPPED = "pm = dynamic\npm.max_children = 5\npm.start_servers = 2\npm.min_spare_servers = 1\npm.max_spare_servers = 3"
TUNED = "pm = static\npm.max_children = 4"


def executable():
    found = sorted(glob.glob("/usr/sbin/php-fpm*"))
    if not found:
        raise BenchError("php-fpm is missing: `./dev bench` installs it")
    return found[-1]


class Php(Backend):
    uses_redis = True

    def __init__(self, name, tuned=False):
        self.name, self.tuned = name, tuned
        self.title = "php-fpm + phpredis, " + ("tuned" if tuned else "default")
        self.options = (
            "`pm = static` with 4 processes; OPcache without `validate_timestamps`; persistent connections to Redis; "
            "`session_start(['read_and_close' => true])`; locking off (the default)"
            if tuned else "Debian's pool (`pm = dynamic`, 5 processes at most) and php.ini; OPcache; plain `session_start()`"
        ) + "; Redis over a Unix socket; connections not kept, as `fastcgi_pass` does by itself"

    def pool(self, redis):
        user = "user = www-data\ngroup = www-data\n" if os.geteuid() == 0 else ""
        path = f"unix://{redis.socket}?prefix={self.name}:" + ("&persistent=1" if self.tuned else "")
        tuned = "php_admin_value[opcache.validate_timestamps] = 0\n" if self.tuned else ""
        return f"""[global]
error_log = {self.socket}.log
daemonize = no
[www]
{user}listen = {self.socket}
listen.mode = 0666
{TUNED if self.tuned else SHIPPED}
php_admin_value[session.save_handler] = redis
php_admin_value[session.save_path] = "{path}"
{tuned}"""

    def start(self, sandbox, redis):
        self.socket = sandbox.path(f"{self.name}.sock")
        config = sandbox.write(f"{self.name}.conf", self.pool(redis))
        self.process = sandbox.start(self.name, executable(), "--nodaemonize", "--fpm-config", config)
        sandbox.wait_until_listening(self.process, self.socket)

    def pids(self):
        return [self.process.pid]

    def script(self, name):
        return f"""fastcgi_pass unix:{self.socket}; fastcgi_param SCRIPT_FILENAME {SCRIPTS}/{name};
      fastcgi_param REQUEST_METHOD $request_method; fastcgi_param CONTENT_LENGTH"""

    def auth_location(self, kept):
        name = "check_tuned.php" if self.tuned else "check.php"
        return f"""{self.script(name)} "";
      fastcgi_pass_request_headers off; fastcgi_pass_request_body off; fastcgi_param HTTP_COOKIE $http_cookie;"""

    def login(self):
        return f"{self.script('login.php')} $content_length;"
