"""LemonLDAP::NG's FastCGI server (llng-fastcgi-server), configured as Debian ships it, with a virtual host of its own."""
import json
import os
import shutil
import subprocess

from contenders.backend import Backend
from harness.sandbox import BenchError

SHIPPED = "/var/lib/lemonldap-ng/conf/lmConf-1.json"
CREATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "lemonldap", "create_session.pl")
HOST = "test1.example.com"  # the virtual host of the shipped configuration
USER = "www-data"  # Debian's user for this server, which refuses to run as root


class LemonLdap(Backend):
    identity = "$upstream_http_lm_remote_user"

    def __init__(self, name, cached):
        self.name, self.cached = name, cached
        self.title = "LemonLDAP::NG FastCGI, " + ("cached" if cached else "not cached")
        self.options = (
            "as Debian ships it: 7 processes, sessions in files, `Cache::FileCache`, the last session kept in each process for 15 s"
            if cached else "the same without `localSessionStorage`, and with `handlerInternalCache` 0"
        ) + "; connections not kept, as its documentation shows"

    def configure(self, sandbox):
        if not os.path.exists(SHIPPED):
            raise BenchError("lemonldap-ng-fastcgi-server is missing: `./dev bench` installs it")
        self.dir = sandbox.path(self.name)
        for folder in ("conf", "cache", "config-cache", "sessions/lock"):
            os.makedirs(f"{self.dir}/{folder}")
        with open(SHIPPED) as f:
            conf = json.load(f)
        conf["globalStorageOptions"].update(Directory=f"{self.dir}/sessions", LockDirectory=f"{self.dir}/sessions/lock")
        conf["localSessionStorageOptions"]["cache_root"] = f"{self.dir}/cache"
        if not self.cached:
            conf.update(localSessionStorage="", handlerInternalCache=0)  # An absent key would mean the default.
        with open(f"{self.dir}/conf/lmConf-1.json", "w") as f:
            json.dump(conf, f)
        with open("/etc/lemonldap-ng/lemonldap-ng.ini") as f:
            shipped = f.read()
        # Only the paths differ from the shipped configuration.
        text = shipped.replace("/var/lib/lemonldap-ng/conf", f"{self.dir}/conf")
        text = text.replace("/var/lib/lemonldap-ng/cache", f"{self.dir}/config-cache")
        self.ini = sandbox.write(f"{self.name}.ini", text)
        if os.geteuid() == 0:
            for folder, _, files in os.walk(self.dir):
                for path in [folder] + [os.path.join(folder, file) for file in files]:
                    shutil.chown(path, USER, USER)

    def start(self, sandbox, redis):
        self.configure(sandbox)
        self.socket = f"{self.dir}/llng.sock"
        as_user = ["-u", USER, "-g", USER] if os.geteuid() == 0 else []
        self.process = sandbox.start(self.name, "llng-fastcgi-server", "--foreground", *as_user, "-s", self.socket,
                                     "-p", f"{self.dir}/pid", env={
                                         "LLNG_DEFAULTCONFFILE": self.ini, "USER": "", "GROUP": "",
                                         "LLNG_DEFAULTLOGGER": "Lemonldap::NG::Common::Logger::Std"})
        sandbox.wait_until_listening(self.process, self.socket)

    def pids(self):
        return [self.process.pid]

    def auth_location(self, kept):
        return f"""include /etc/nginx/fastcgi_params; fastcgi_pass unix:{self.socket}; fastcgi_pass_request_body off;
      fastcgi_param CONTENT_LENGTH ""; fastcgi_param HTTP_HOST {HOST}; fastcgi_param HOST {HOST};
      fastcgi_param X_ORIGINAL_URI $request_uri;"""

    def log_in(self, front, attributes):
        """Creates the session with LemonLDAP::NG's own library, as its portal does after a login."""
        as_user = [USER] if os.geteuid() == 0 else []
        done = subprocess.run(["perl", CREATE, f"{self.dir}/sessions", json.dumps(attributes), *as_user],
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise BenchError(f"{self.name}: no session: {done.stderr}")
        return f"lemonldap={done.stdout.strip()}"
